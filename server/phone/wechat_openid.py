"""Who somebody in WeChat's window is to an official account: sent to WeChat's page and back.

The ``state`` is drawn anew each time and bound to this browser and this address by a signed cookie that
is good once, so that nobody can have another's phone finish what they began. The openid is given to
whoever asked for it and kept nowhere here.
"""

import hmac
import secrets
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from server.gateways import official_account
from server.gateways.official_account import NotNamed, OfficialAccount
from server.outbox import provider_watch

COOKIE = "lobbypay_wechat"
LIVES_S = 600


def asks(request: HttpRequest, account: OfficialAccount) -> HttpResponse:
    """A page that goes on to WeChat, which comes back to this address with ``code`` and ``state``. No
    redirect: a form of ours leads nowhere but to our own pages (Content-Security-Policy: form-action)."""
    state = secrets.token_hex(16)
    back = f"{settings.PUBLIC_URL}{request.path}"
    address = official_account.asks_who(account, back, state)
    answer = render(request, "phone/to_wechat.html", {"address": address})
    answer.set_signed_cookie(
        COOKIE,
        f"{state} {request.path}",
        salt=COOKIE,
        max_age=LIVES_S,
        path=request.path,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return answer


def comes_back(request: HttpRequest) -> bool:
    return "state" in request.GET


def openid(request: HttpRequest, account: OfficialAccount, community: int, now: datetime) -> str:
    """Raises NotNamed. ``over`` belongs on whatever is answered. Where WeChat names nobody at all, staff
    of the community are told."""
    if not _is_bound(request):
        raise NotNamed("state")
    name = provider_watch.wechat(account.appid)
    try:
        found = official_account.openid_of(account, request.GET.get("code", ""))
    except NotNamed as no:
        if no.said:
            provider_watch.failed(community, name, no.said, now)
        raise
    provider_watch.answered(community, name)
    return found


def over(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The state is used up, if it was the one that is known. Another one uses up nothing: a tab beside it
    may be on its way."""
    if _is_bound(request):
        answer.delete_cookie(COOKIE, path=request.path, samesite="Lax")
    return answer


def _is_bound(request: HttpRequest) -> bool:
    """Whether its state is the newest of this browser for this address."""
    kept = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=LIVES_S) or ""
    state, _, path = kept.partition(" ")
    told = request.GET.get("state", "")
    bound = bool(state) and path == request.path
    return bound and hmac.compare_digest(state.encode(), told.encode())
