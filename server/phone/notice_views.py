"""A notice of a community on the phone: what hangs in the lobby, to be taken along. Nothing of
anybody stands on it."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from contract.business_day import business_day
from server.notices.models import Notice
from server.phone import limits
from server.phone.views import too_often
from server.staff.sign_in import address_of

KEPT = timedelta(days=60)  # after it was taken down


@require_safe
def notice(request: HttpRequest, key: str) -> HttpResponse:
    """Raises Http404 for one that does not hang yet, or was taken down long ago, and for the bare number
    of one that is not for everybody."""
    now = timezone.now()
    one = Notice.by_key(key)
    today = business_day(now, one.community.time_zone) if one else None
    last = _last(one) if one else None
    if one is None or today is None or last is None or not one.show_from <= today <= last + KEPT:
        try:
            limits.missed(address_of(request), now)
        except limits.TooOften:
            return too_often(request)
        raise Http404
    return render(
        request, "phone/notice.html", {"one": one, "over": today > last or one.taken_down_at}
    )


def _last(one: Notice) -> date:
    """The day until which it hung, or hangs."""
    if one.taken_down_at is None:
        return one.show_until
    return min(one.show_until, business_day(one.taken_down_at, one.community.time_zone))
