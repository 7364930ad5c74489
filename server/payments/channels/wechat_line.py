"""The line to WeChat Pay: requests signed, answers verified, every call with a time-out.

What wechatpayv3 leaves open is closed here: the gateway comes from the configuration, answers are
verified over their raw bytes, must be younger than five minutes, and only by the configured platform
key; probes signed WECHATPAY/SIGNTEST/ fail like any wrong signature.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

import requests
from wechatpayv3.core import Core
from wechatpayv3.type import RequestType
from wechatpayv3.utils import build_authorization, rsa_verify

from contract.plain_text import whole_number
from contract.text_file import read_text
from server import request_id
from server.payments.channels.sessions import Sessions
from server.payments.channels.settings import WeChatTable

FRESH_S = 300
CONNECT_S = 4.0
_ALGORITHM = "WECHATPAY2-SHA256-RSA2048"


class NoAnswer(Exception):
    """The line failed, or what came back was not WeChat Pay's. ``sent``: it may have been done."""

    def __init__(self, why: str, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


class Line(Core):
    """The library's core with a time-out, a configured gateway and strict verification."""

    def __init__(self, table: WeChatTable) -> None:
        super().__init__(
            mchid=table.mchid,
            cert_serial_no=table.merchant_serial,
            private_key=read_text(table.merchant_key_file),
            apiv3_key=read_text(table.apiv3_key_file).strip(),
            public_key=read_text(table.platform_public_key_file),
            public_key_id=table.platform_public_key_id,
        )
        self._gate_way = table.gateway.rstrip("/")
        self._limits = (CONNECT_S, table.timeout_s)
        self._sessions = Sessions()

    def request(
        self,
        path: str,
        method: RequestType = RequestType.GET,
        data: Any = None,
        skip_verify: bool = False,
        **_: Any,
    ) -> tuple[int, dict[str, Any]]:
        """The answer's status and JSON. Raises NoAnswer."""
        body = json.dumps(data) if data else ""
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "LobbyPay",
            request_id.HEADER: request_id.current(),
            "Wechatpay-Serial": self._public_key_id,
            "Authorization": build_authorization(
                path, method.value, self._mchid, self._cert_serial_no, self._private_key, data=body
            ),
        }
        try:
            answer = self._sessions.mine.request(
                method.value,
                self._gate_way + path,
                data=body or None,
                headers=headers,
                timeout=self._limits,
                allow_redirects=False,
            )
        except requests.ConnectTimeout as error:
            raise NoAnswer("not connected", sent=False) from error
        except requests.RequestException as error:
            raise NoAnswer(type(error).__name__, sent=True) from error
        decides = 200 <= answer.status_code < 300 or answer.status_code == 404
        if path.endswith(("/codepay", "/reverse", "/close")):  # there a refusal decides too
            decides = answer.status_code < 500
        if decides and not self.is_genuine(answer.headers, answer.content):
            raise NoAnswer("the answer is not signed by WeChat Pay", sent=True)
        try:
            content = answer.json() if answer.content else {}
        except ValueError as error:
            raise NoAnswer(f"status {answer.status_code}, not JSON", sent=True) from error
        if not isinstance(content, dict):
            raise NoAnswer("the answer is not an object", sent=True)
        return answer.status_code, content

    def download(self, url: str) -> bytes:
        """A file of bills, from the gateway only. It is not signed: who asked compares its hash. Raises
        NoAnswer."""
        path = url.removeprefix(self._gate_way)
        if path == url or not path.startswith("/v3/billdownload/"):
            raise NoAnswer("the file is somewhere else", sent=False)
        signed = build_authorization(
            path, "GET", self._mchid, self._cert_serial_no, self._private_key, data=""
        )
        try:
            answer = self._sessions.mine.get(
                url,
                headers={"Authorization": signed, "User-Agent": "LobbyPay"},
                timeout=self._limits,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise NoAnswer(type(error).__name__, sent=True) from error
        if answer.status_code != 200:
            raise NoAnswer(f"status {answer.status_code}", sent=True)
        return answer.content

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """By WeChat Pay's own key, over the raw bytes, and fresh (doc/v3, verifying signatures)."""
        told = {name.lower(): value for name, value in headers.items()}
        if told.get("wechatpay-signature-type", _ALGORITHM) != _ALGORITHM:
            return False
        if told.get("wechatpay-serial") != self._public_key_id:
            return False
        stamp = told.get("wechatpay-timestamp", "")
        second = whole_number(stamp)
        if second is None or abs(time.time() - second) > FRESH_S:
            return False
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return False
        nonce, signature = told.get("wechatpay-nonce", ""), told.get("wechatpay-signature", "")
        return rsa_verify(stamp, nonce, text, signature, self._public_key)

    def _verify_signature(self, headers: Mapping[str, str], body: str) -> bool:
        return self.is_genuine(headers, body.encode())
