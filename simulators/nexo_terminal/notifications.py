"""Display notifications: the terminal tells the sale system how a payment goes on."""

import contextlib
import ssl
import urllib.request
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

PATIENCE_S = 3.0


def display_request(header: dict[str, Any], poi_id: str, event: str) -> dict[str, Any]:
    """As a terminal sends it: the ServiceID is that of the payment."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = urlencode({"TransactionID": "SIM", "TimeStamp": now, "event": event})
    content = {"OutputFormat": "MessageRef", "PredefinedContent": {"ReferenceID": told}}
    output = {
        "Device": "CashierDisplay",
        "InfoQualify": "Status",
        "OutputContent": content,
        "ResponseRequiredFlag": False,
    }
    own = {
        "ProtocolVersion": "3.0",
        "MessageClass": "Device",
        "MessageCategory": "Display",
        "MessageType": "Request",
        "ServiceID": header["ServiceID"],
        "SaleID": header["SaleID"],
        "POIID": poi_id,
        "DeviceID": "1",
    }
    return {"MessageHeader": own, "DisplayRequest": {"DisplayOutput": [output]}}


def post(url: str, raw: bytes) -> None:
    """Nobody waits for a notification that does not arrive."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    request = urllib.request.Request(url, raw, {"Content-Type": "application/json"})
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(request, timeout=PATIENCE_S, context=context),
    ):
        pass
