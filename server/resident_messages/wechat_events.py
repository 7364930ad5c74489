"""What WeChat pushes to the server of an official account: whether a template message arrived. Each push
is believed by its signature, may come many times, and is answered at once; other events are left."""

import re
import time

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from contract.plain_text import whole_number
from server.gateways import sealing
from server.gateways.official_account import event_is_genuine
from server.outbox.models import MessageTerms
from server.resident_messages import wechat

FRESH_S = 300
KNOWN_AFTER_S = 30  # by then a message that was handed over is written down
BODY_MAX = 20_000
NUMBER_MAX = 20  # digits of a message's number, of 64 bits
TAKEN = "success"
_FIELD = r"<{0}>(?:<!\[CDATA\[)?([^<\]]{{0,200}})"
_EVENT, _NUMBER, _STATUS, _AT = (
    re.compile(_FIELD.format(name)) for name in ("Event", "MsgID", "Status", "CreateTime")
)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def events(request: HttpRequest, code: str) -> HttpResponse:
    """GET: WeChat tries the address (``echostr``). 401 for whoever is not WeChat."""
    terms = MessageTerms.objects.filter(community__code=code).exclude(wechat_token="").first()
    if terms is None or not _genuine(request, terms):
        return HttpResponse("FAIL", "text/plain", 401)
    if request.method == "GET":
        echo = whole_number(request.GET.get("echostr", ""), 40)
        return HttpResponse("" if echo is None else request.GET["echostr"], "text/plain")
    text = request.body[:BODY_MAX].decode(errors="replace")
    if _found(_EVENT, text) != "TEMPLATESENDJOBFINISH":
        return HttpResponse(TAKEN, "text/plain")
    number = whole_number(_found(_NUMBER, text), NUMBER_MAX)
    if number is None:
        return HttpResponse(TAKEN, "text/plain")
    told = wechat.arrived(terms.community_id, str(number), _found(_STATUS, text), timezone.now())
    at_s = whole_number(_found(_AT, text), 12) or 0
    early = not told and time.time() - at_s < KNOWN_AFTER_S
    return HttpResponse("LATER" if early else TAKEN, "text/plain", 503 if early else 200)


def _genuine(request: HttpRequest, terms: MessageTerms) -> bool:
    given = request.GET
    stamp = given.get("timestamp", "")
    second = whole_number(stamp, 12)
    if second is None or abs(time.time() - second) > FRESH_S:
        return False
    try:
        token = sealing.opened(terms.wechat_token)
    except sealing.Unreadable:
        return False
    return event_is_genuine(token, stamp, given.get("nonce", ""), given.get("signature", ""))


def _found(field: re.Pattern[str], text: str) -> str:
    one = field.search(text)
    return one[1].strip() if one else ""
