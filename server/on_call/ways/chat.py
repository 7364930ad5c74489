"""Chat robots (WeCom, DingTalk, Feishu, Lark) and plain webhooks, by Apprise's addresses.

Apprise says only whether it went well, and takes a refusal of WeCom or DingTalk for success, because it
comes with HTTP 200. So what its plugins are answered is listened to: each of them asks ``requests``, for
which ``_Line`` stands in. Nothing of an address is logged: Apprise's own log is silent.
"""

import json
import logging
import re
import sys
import threading
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import apprise
import requests
from django.conf import settings

from server.gateways import line
from server.gateways.outcome import Fate, Outcome, Own

PLUGINS = {
    "wecombot": "wecombot",
    "dingtalk": "dingtalk",
    "feishu": "feishu",
    "lark": "lark",
}
# How robots' addresses are copied from the chat, and how Apprise writes them.
_COPIED = (
    (r"https://oapi\.dingtalk\.com/robot/send\?access_token=([A-Za-z0-9]+)", "dingtalk"),
    (r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([A-Za-z0-9-]+)/?", "feishu"),
    (r"https://open\.larksuite\.com/open-apis/bot/v2/hook/([A-Za-z0-9-]+)/?", "lark"),
)
_AGAIN = (425, 429, 503)  # surely not taken
_UNCLEAR = (408, 500, 502, 504)  # it may have been taken
_PLAIN = re.compile(r"(https?)://.+", re.IGNORECASE)
_JSON = re.compile(r"json(s?)://(.+)", re.IGNORECASE)  # as Apprise writes a plain webhook
_BUSY = (45009, 130101, 660026, 11232, 9499)  # too often: WeCom, DingTalk (two), Feishu (two)
_local = threading.local()

logging.getLogger("apprise").disabled = True


class NotAllowed(Exception):
    """The address is none of a way that is offered. ``code``: kind or inside."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Line:
    """Stands for the module ``requests`` in Apprise's plugins: posts by ``line`` whatever switches the
    address has, and what was answered is kept for the thread that asked."""

    codes, RequestException = requests.codes, requests.RequestException

    @staticmethod
    def post(url: str, **more: Any) -> requests.Response:
        _local.asked = True
        kept = {name: more[name] for name in ("data", "json", "headers", "params") if name in more}
        try:
            _local.answer = line.post(url, **kept)
        except requests.RequestException as error:
            _local.error = error
            raise
        return _local.answer

    @classmethod
    def request(cls, _method: str, url: str, **more: Any) -> requests.Response:
        return cls.post(url, **more)


def checked(address: str) -> str:
    """The address as it is kept. Robots' own https addresses are taken as they are copied from the
    chat, any other https address as a webhook. Raises NotAllowed."""
    for copied, kind in _COPIED:
        if found := re.fullmatch(copied, address):
            address = f"{kind}://{found[1]}"
    if _plugin(address) is not None:
        return address
    plain = _plain(address)
    if plain is None:
        raise NotAllowed("kind")
    try:
        line.refuse_inside(urlsplit(plain).hostname or "")
    except line.Inside as error:
        raise NotAllowed("inside") from error
    if not _encrypted(plain):
        raise NotAllowed("kind")
    return plain


def _plain(address: str) -> str | None:
    """A webhook's address, as it was typed; None for what is none."""
    if found := _JSON.fullmatch(address):
        address = f"http{found[1].lower()}://{found[2]}"
    try:
        host = urlsplit(address).hostname if _PLAIN.fullmatch(address) else None
    except ValueError:
        return None
    return address if host else None


def _encrypted(plain: str) -> bool:
    """Or within the own network, where that is allowed."""
    return plain.lower().startswith("https:") or settings.LOBBYPAY.alerts.inside_addresses


def shown(address: str) -> str:
    """What of it may be seen again: the kind, and of a webhook the host."""
    plugin = _plugin(address)
    if plugin is not None:
        return f"{plugin.service_name} …{address[-3:]}"
    plain = _plain(address)
    return f"JSON {urlsplit(plain).hostname}/…" if plain else "…"


def send(address: str, text: str) -> Outcome:
    heading, _newline, rest = text.partition("\n")
    title, body = (heading, rest) if rest else ("", heading)
    _local.asked, _local.answer, _local.error = False, None, None
    plugin = _plugin(address)
    if plugin is None:
        return _send_plain(_plain(address), title, body)
    module = sys.modules[type(plugin).__module__]
    if module.requests is not _Line:
        module.requests = _Line  # type: ignore[attr-defined]
    return _outcome(bool(plugin.notify(body=body, title=title)))


def _send_plain(address: str | None, title: str, body: str) -> Outcome:
    if address is None:
        return Outcome(Fate.REFUSED, Own.NOT_UNDERSTOOD)
    if not _encrypted(address):
        return Outcome(Fate.REFUSED, Own.PLAIN_HTTP)
    with suppress(requests.RequestException):  # it is kept, and the outcome is made of it
        _Line.post(address, json={"title": title, "message": body})
    return _outcome(well=True)


def _outcome(well: bool) -> Outcome:
    error, answer = _local.error, _local.answer
    if error is not None:
        return line.failed(error)
    if answer is None:
        return Outcome(Fate.UNKNOWN if _local.asked else Fate.REFUSED, Own.NOTHING_ASKED)
    if answer.status_code in _AGAIN:
        return Outcome(Fate.AWAY, f"HTTP {answer.status_code}")
    if answer.status_code in _UNCLEAR:
        return Outcome(Fate.UNKNOWN, f"HTTP {answer.status_code}")
    code, words = _refusal(answer)
    if code:
        return Outcome(Fate.AWAY if code in _BUSY else Fate.REFUSED, f"{code} {words}")
    if not 200 <= answer.status_code < 300:
        return Outcome(Fate.REFUSED, f"HTTP {answer.status_code}")
    return Outcome(Fate.SENT if well else Fate.UNKNOWN)


def _refusal(answer: requests.Response) -> tuple[int, str]:
    """(0, ""): none. WeCom and DingTalk: errcode, errmsg; Feishu and Lark: code, msg."""
    try:
        told = json.loads(answer.content)
    except (ValueError, RecursionError):
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
