"""Chat robots (WeCom, DingTalk, Feishu, Lark) and plain webhooks, by Apprise's addresses.

Apprise says only whether it went well, and takes a refusal of WeCom or DingTalk for success, because it
comes with HTTP 200. So what its plugins are answered is listened to: each of them asks ``requests``, for
which ``_Line`` stands in. Nothing of an address is logged: Apprise's own log is silent.
"""

import ipaddress
import json
import logging
import re
import socket
import sys
import threading
from typing import Any
from urllib.parse import urlsplit

import apprise
import requests
from django.conf import settings

from server.on_call.outcome import Fate, Outcome

TIMEOUT_S = (5.0, 10.0)  # to connect, and for the answer
PLUGINS = {
    "wecombot": "wecombot",
    "dingtalk": "dingtalk",
    "feishu": "feishu",
    "lark": "lark",
    "json": "custom_json",
    "jsons": "custom_json",
}
# How robots' addresses are copied from the chat, and how Apprise writes them.
_COPIED = (
    (r"https://oapi\.dingtalk\.com/robot/send\?access_token=([A-Za-z0-9]+)", "dingtalk"),
    (r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([A-Za-z0-9-]+)/?", "feishu"),
    (r"https://open\.larksuite\.com/open-apis/bot/v2/hook/([A-Za-z0-9-]+)/?", "lark"),
)
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_BUSY = (45009, 130101, 660026, 11232, 9499)  # too often: WeCom, DingTalk (two), Feishu (two)
_ANSWER_MAX = 64 * 1024
_local = threading.local()

logging.getLogger("apprise").disabled = True


class NotAllowed(Exception):
    """The address is none of a way that is offered. ``code``: kind or inside."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Line:
    """Stands for the module ``requests`` in Apprise's plugins: no redirects, our time-outs, and what was
    answered is kept for the thread that asked."""

    codes, RequestException = requests.codes, requests.RequestException

    @classmethod
    def post(cls, url: str, **more: Any) -> requests.Response:
        return cls.request("post", url, **more)

    @staticmethod
    def request(method: str, url: str, **more: Any) -> requests.Response:
        _local.asked = True
        kept = {**more, "timeout": TIMEOUT_S, "allow_redirects": False}
        try:
            _refuse_inside(urlsplit(url).hostname or "")
            _local.answer = requests.request(method, url, **kept)
        except requests.RequestException as error:
            _local.error = error
            raise
        return _local.answer


class _Inside(requests.RequestException):
    """The address leads into the server's own network."""


def _refuse_inside(host: str) -> None:
    """Raises _Inside; a name that is not known is left to whoever asks."""
    if settings.LOBBYPAY.alerts.inside_addresses:
        return
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        return
    if any(not ipaddress.ip_address(str(one).partition("%")[0]).is_global for one in found):
        raise _Inside("inside")


def checked(address: str) -> str:
    """The address as it is kept. Robots' own https addresses are taken as they are copied from the
    chat; another https address is a webhook. Raises NotAllowed."""
    for copied, kind in _COPIED:
        if found := re.fullmatch(copied, address):
            address = f"{kind}://{found[1]}"
    plugin = _plugin(address)
    if plugin is None and address.lower().startswith(("https://", "http://")):
        plain = "jsons" if address.lower().startswith("https") else "json"
        address = f"{plain}://{address.partition('://')[2]}"
        plugin = _plugin(address)
    if plugin is None:
        raise NotAllowed("kind")
    if not settings.LOBBYPAY.alerts.inside_addresses and _name(plugin) == "custom_json":
        try:
            _refuse_inside(urlsplit(address).hostname or "")
        except _Inside as error:
            raise NotAllowed("inside") from error
    return address


def shown(address: str) -> str:
    """What of it may be seen again: the kind, and of a webhook the host."""
    plugin = _plugin(address)
    if plugin is None:
        return "…"
    name = str(plugin.service_name)
    host = urlsplit(address).hostname or ""
    return f"{name} {host}/…" if _name(plugin) == "custom_json" else f"{name} …{address[-3:]}"


def send(address: str, text: str) -> Outcome:
    plugin = _plugin(address)
    if plugin is None:
        return Outcome(Fate.REFUSED, "the address is not understood")
    module = sys.modules[type(plugin).__module__]
    if module.requests is not _Line:
        module.requests = _Line  # type: ignore[attr-defined]
    _local.asked, _local.answer, _local.error = False, None, None
    heading, _newline, rest = text.partition("\n")
    said = plugin.notify(body=rest or heading, title=heading if rest else "")
    return _outcome(bool(said))


def _outcome(well: bool) -> Outcome:
    error, answer = _local.error, _local.answer
    if isinstance(error, _Inside):
        return Outcome(Fate.REFUSED, "the address leads into the server's own network")
    if error is not None:
        sure = isinstance(error, requests.ConnectTimeout) or _never_connected(error)
        return Outcome(Fate.AWAY if sure else Fate.UNKNOWN, type(error).__name__)
    if answer is None:
        return Outcome(Fate.UNKNOWN if _local.asked else Fate.REFUSED, "nothing was asked")
    if answer.status_code in _AGAIN:
        return Outcome(Fate.AWAY, f"HTTP {answer.status_code}")
    code, words = _refusal(answer)
    if code:
        return Outcome(Fate.AWAY if code in _BUSY else Fate.REFUSED, f"{code} {words}")
    if not 200 <= answer.status_code < 300:
        return Outcome(Fate.REFUSED, f"HTTP {answer.status_code}")
    return Outcome(Fate.SENT if well else Fate.UNKNOWN)


def _never_connected(error: requests.RequestException) -> bool:
    """A connection that was refused, or a name that is not known, carried nothing."""
    if isinstance(error, requests.exceptions.SSLError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in ("NewConnectionError", "NameResolutionError")


def _refusal(answer: requests.Response) -> tuple[int, str]:
    """(0, ""): none. WeCom and DingTalk: errcode, errmsg; Feishu and Lark: code, msg."""
    try:
        told = json.loads(answer.content[:_ANSWER_MAX])
    except ValueError:
        return 0, ""
    if not isinstance(told, dict):
        return 0, ""
    for code, words in (("errcode", "errmsg"), ("code", "msg")):
        if type(told.get(code)) is int and told[code] != 0:
            return told[code], str(told.get(words, ""))
    return 0, ""


def _plugin(address: str) -> Any:
    """Apprise's own object; None for an address of another kind, or none at all."""
    try:
        found = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    except Exception:
        return None
    return found if found is not None and _name(found) in PLUGINS.values() else None


def _name(plugin: Any) -> str:
    return type(plugin).__module__.rpartition(".")[2]
