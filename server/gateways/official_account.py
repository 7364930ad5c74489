"""WeChat official accounts: which of its users opens a page, by OAuth and without asking anything of them
(scope ``snsapi_base``: the openid, which is theirs for this account alone, and nothing else).

Source: developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
"""

import logging
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

import requests

PAGES, API = "https://open.weixin.qq.com", "https://api.weixin.qq.com"
TIMEOUT_S = (5.0, 8.0)
_OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}")
_CODE = re.compile(r"[A-Za-z0-9_-]{4,128}")

log = logging.getLogger(__name__)


class NotNamed(Exception):
    """WeChat did not say who it is: ask once more."""


@dataclass(frozen=True, slots=True)
class OfficialAccount:
    """``pages`` and ``api``: where WeChat's pages and calls are."""

    appid: str
    secret: str = field(repr=False)
    pages: str = PAGES
    api: str = API


def asks_who(account: OfficialAccount, back: str, state: str) -> str:
    """The address that sends the person to ``back`` with a code and the state. The order of its
    parameters and its end are checked by WeChat."""
    asked = {
        "appid": account.appid,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    return f"{account.pages}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"


def openid_of(account: OfficialAccount, code: str) -> str:
    """By a code, which works once and for five minutes. The secret is in the call's address: what a
    library says of an error is never written down. Raises NotNamed."""
    if not _CODE.fullmatch(code):
        raise NotNamed("no code")
    asked = {
        "appid": account.appid,
        "secret": account.secret,
        "code": code,
        "grant_type": "authorization_code",
    }
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(
                f"{account.api}/sns/oauth2/access_token",
                params=asked,
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        told = answer.json()
    except (requests.RequestException, ValueError) as error:
        log.warning("wechat oauth: %s", type(error).__name__)
        raise NotNamed("no answer") from None
    openid = told.get("openid") if isinstance(told, dict) else None
    if not isinstance(openid, str) or not _OPENID.fullmatch(openid):
        code_of_error = told.get("errcode") if isinstance(told, dict) else None
        log.warning("wechat oauth: errcode %s", str(code_of_error)[:10])
        raise NotNamed("refused")
    return openid
