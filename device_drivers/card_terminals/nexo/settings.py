"""The driver's table of the configuration. Touches no device; the passphrase is in a file of its own."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_drivers.card_terminals.nexo.messages import EXPONENTS
from device_drivers.settings import BadSetting, Table

DEFAULT_PORT = 8443
_ALPHANUMERIC = frozenset(string.ascii_letters + string.digits)


@dataclass(frozen=True)
class Place:
    """Where the terminal is, and how it proves that it is the one. One of the two proofs at least:
    ``ca_file`` (the vendor's root certificates, PEM), ``fingerprint`` (SHA-256 of its own, hex).

    ``names``: the common names that its certificate may have."""

    host: str
    port: int
    ca_file: Path | None
    fingerprint: bytes
    names: tuple[str, ...]
    connect_timeout_s: float


@dataclass(frozen=True)
class KeyFile:
    """``passphrase_file``: the shared key's passphrase and nothing else, readable by the kiosk only."""

    identifier: str
    version: int
    passphrase_file: Path


@dataclass(frozen=True)
class DisplaySettings:
    """Where the terminal tells how a payment goes on. ``certificate``: PEM with its key; the provider
    wants HTTPS for live terminals."""

    bind: str
    port: int
    certificate: Path | None


@dataclass(frozen=True)
class NexoSettings:
    """Seconds. ``payment_s``: how long the answer to a payment is waited for before the terminal is
    asked what became of it (the documentation says 120 on the local network).

    ``not_found_s``: a payment that the terminal does not know is believed not to have begun when it
    still does not know it so much later. ``memory_h``: for how long the terminal keeps results by their
    name (hours); what is older and not found proves nothing. ``first_word_s``: how long a payment may
    go on without a word of the terminal before it is asked whether it does; 0: it is never asked."""

    place: Place
    key: KeyFile
    displays: DisplaySettings | None
    poi_id: str
    sale_id: str
    currency: str
    answer_s: float
    payment_s: float
    first_word_s: float
    status_s: float
    pause_s: float
    not_found_s: float
    memory_h: float


def read(settings: Mapping[str, Any]) -> NexoSettings:
    """Raises BadSetting."""
    table = Table(settings)
    poi_id = table.text("poi_id")
    model, _, serial = poi_id.partition("-")
    if not model or not serial:
        raise BadSetting("poi_id", poi_id, 'model-serial number, e.g. "S1F2-000158213600155"')
    sale_id = table.text("sale_id")
    if not sale_id or len(sale_id) > 30 or not set(sale_id) <= _ALPHANUMERIC:
        raise BadSetting("sale_id", sale_id, "1 to 30 letters and digits, this kiosk's own")
    environment = table.choice("environment", ("live", "test"), "live")
    result = NexoSettings(
        place=_place(table, poi_id, environment),
        key=KeyFile(
            table.text("key_identifier"),
            table.whole("key_version", 1, 0, 10**6),
            Path(table.text("passphrase_file")),
        ),
        displays=_displays(table),
        poi_id=poi_id,
        sale_id=sale_id,
        currency=table.choice("currency", tuple(EXPONENTS), "CNY"),
        answer_s=table.number("answer_timeout_s", 10.0, 0.1, 120),
        payment_s=table.number("payment_timeout_s", 120.0, 0.1, 1800),
        first_word_s=table.number("first_word_s", 15.0, 0, 1800),
        status_s=table.number("status_limit_s", 90.0, 0.1, 1800),
        pause_s=table.number("status_pause_s", 5.0, 0.05, 60),
        not_found_s=table.number("not_found_s", 15.0, 0.05, 600),
        memory_h=table.number("memory_h", 24.0, 0.001, 48),
    )
    table.finish()
    return result


def _displays(table: Table) -> DisplaySettings | None:
    port, bind = (
        table.whole_or_none("display_port", 1, 65535),
        table.text("display_bind", "0.0.0.0"),
    )
    certificate = table.text("display_certificate", "")
    if port is None:
        return None
    return DisplaySettings(bind, port, Path(certificate) if certificate else None)


def _place(table: Table, poi_id: str, environment: str) -> Place:
    ca_file, fingerprint = table.text("ca_file", ""), table.text("fingerprint", "")
    if not (ca_file or fingerprint):
        raise BadSetting("ca_file", "", "the vendor's root certificates, or a fingerprint")
    try:
        digest = bytes.fromhex(fingerprint.replace(":", " "))
    except ValueError:
        digest = b"?"
    if len(digest) not in (0, 32):
        raise BadSetting("fingerprint", fingerprint, "a SHA-256 in hex: 32 bytes")
    domain = f"{environment}.terminal.adyen.com"
    return Place(
        host=table.text("host"),
        port=table.whole("port", DEFAULT_PORT, 1, 65535),
        ca_file=Path(ca_file) if ca_file else None,
        fingerprint=digest,
        names=(f"{poi_id}.{domain}", f"legacy-terminal-certificate.{domain}"),
        connect_timeout_s=table.number("connect_timeout_s", 5.0, 0.1, 60),
    )
