"""A community's official account: its access token, which all processes share, which of its users a
resident is, and what becomes of messages, which WeChat tells by itself."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from server.estate.models import Resident
from server.gateways import official_account, sealing
from server.gateways.official_account import NoToken, OfficialAccount, TemplateMessages
from server.gateways.outcome import without_addresses
from server.gateways.sms import Filled
from server.outbox import provider_watch
from server.outbox.models import AccessToken, MessageTerms, ResidentMessage, State, Way, WeChatLink

RENEWS_FOR = timedelta(seconds=60)  # at most: longer than two calls take
GOOD_FOR = timedelta(minutes=2)  # at least, of a token that is used
LEAVES_OUT = "-"  # instead of a field's name: the template has none for the value
FIELD = re.compile(r"[a-z_]{1,24}[0-9]{0,3}")
# So much do fields of a kind take (developers.weixin.qq.com, limits of template parameters), characters.
_MOST = {"thing": 20, "character_string": 32, "phrase": 5, "amount": 32, "time": 32, "date": 32}


def account_of(terms: MessageTerms | None) -> OfficialAccount | None:
    """None: it is not complete, or its secret was sealed with another key."""
    if terms is None or not (terms.wechat_appid and terms.wechat_secret):
        return None
    try:
        secret = sealing.opened(terms.wechat_secret)
    except sealing.Unreadable:
        return None
    places = settings.LOBBYPAY.messages
    return OfficialAccount(terms.wechat_appid, secret, places.wechat_pages, places.wechat_api)


# --- access tokens ---


def prepare(communities: Iterable[int], now: datetime) -> None:
    """Sees to tokens before messages are claimed: outside of any transaction, because WeChat is asked."""
    for terms in MessageTerms.objects.filter(community__in=list(communities)):
        account = account_of(terms)
        if account is None or _token(terms, now):
            continue
        name = provider_watch.wechat(account.appid)
        try:
            token, seconds = official_account.access_token(account)
        except NoToken as no:
            provider_watch.failed(terms.community_id, name, no.said, now)
            continue  # its messages wait
        _keep(terms.community_id, account.appid, token, seconds, now)


def messages_of(terms: MessageTerms, now: datetime, message: int) -> TemplateMessages | None:
    """Asks the database only. ``message``: by which WeChat knows the same one again."""
    account, token = account_of(terms), _token(terms, now)
    if account is None or not token:
        return None
    return TemplateMessages(account, token, f"lobbypay-{message}")


def renew(over: Iterable[tuple[int, TemplateMessages]], now: datetime) -> None:
    """Gives these, each with its community, a newer token where there is one: each account is asked once,
    however many messages found theirs over."""
    of_account: dict[OfficialAccount, list[tuple[int, TemplateMessages]]] = {}
    for community, messages in over:
        of_account.setdefault(messages.account, []).append((community, messages))
    for account, waiting in of_account.items():
        newer = _newer(account, {messages.token for _, messages in waiting}, now)
        if newer is None:
            continue
        for community in {community for community, _ in waiting}:
            _keep(community, account.appid, *newer, now)
        for _, messages in waiting:
            messages.token, messages.token_over = newer[0], False


def _newer(account: OfficialAccount, over: set[str], now: datetime) -> tuple[str, int] | None:
    """Another process may have a newer one already: only where WeChat gives the same is it made anew, by
    one process at a time. None: another is at it, or the account gives none."""
    rows = AccessToken.objects.filter(appid=account.appid)
    free = Q(renewing_until=None) | Q(renewing_until__lte=now)
    until = now + RENEWS_FOR
    if not rows.filter(free).update(renewing_until=until):
        return None
    try:
        newer = official_account.access_token(account)
        if newer[0] in over:
            newer = official_account.access_token(account, force=True)
    except NoToken:
        return None  # the messages that wait for it ask again, and say so
    finally:
        rows.filter(renewing_until=until).update(renewing_until=None)
    return newer


def _token(terms: MessageTerms, now: datetime) -> str:
    rows = AccessToken.objects.filter(community=terms.community_id, appid=terms.wechat_appid)
    row = rows.filter(good_until__gt=now + GOOD_FOR).first()
    try:
        return sealing.opened(row.sealed) if row else ""
    except sealing.Unreadable:
        return ""


def _keep(community: int, appid: str, token: str, seconds: int, now: datetime) -> None:
    until = now + timedelta(seconds=min(seconds, 7200))
    kept = {"appid": appid, "sealed": sealing.seal(token), "good_until": until}
    AccessToken.objects.update_or_create(community_id=community, defaults=kept)


# --- what stands in a template ---


def filled(terms: MessageTerms, name: str, values: Mapping[str, str]) -> Filled:
    """``name``: kind-language. Without a template the code is empty."""
    code, *fields = terms.wechat_templates.get(name, "").split() or [""]
    pairs = zip(fields, values.values(), strict=False)
    return Filled(
        code, {field: _short(field, value) for field, value in pairs if field != LEAVES_OUT}
    )


def _short(field: str, value: str) -> str:
    most = _MOST.get(field.rstrip("0123456789"), 200)
    return value if len(value) <= most else f"{value[: most - 1]}…"


# --- who is whom ---


def openid_of(resident: Resident) -> str:
    """Of the account that the community has now; empty where the resident has said none."""
    link = WeChatLink.objects.filter(resident=resident).exclude(sealed="").first()
    if link is None:
        return ""
    terms = MessageTerms.objects.filter(
        community=resident.community_id, wechat_appid=link.appid
    ).exists()
    try:
        return sealing.opened(link.sealed) if terms else ""
    except sealing.Unreadable:
        return ""


def link(resident: Resident, account: OfficialAccount, openid: str, now: datetime) -> None:
    kept = {"appid": account.appid, "sealed": sealing.seal(openid), "at": now}
    WeChatLink.objects.update_or_create(
        resident=resident, defaults={"community_id": resident.community_id, **kept}
    )


def forget(resident: Resident) -> None:
    WeChatLink.objects.filter(resident=resident).update(sealed="")


# --- what became of it ---


def arrived(community: int, receipt: str, status: str, now: datetime) -> bool:
    """By WeChat's event. False: no message of that number, or not yet."""
    rows = ResidentMessage.objects.filter(community=community, way=Way.WECHAT, receipt=receipt)
    good = status == "success"
    state = State.DELIVERED if good else State.REFUSED
    said = "" if good else without_addresses(status)
    rows.filter(state=State.SENT).update(state=state, answer=said, changed_at=now)
    return rows.exists()
