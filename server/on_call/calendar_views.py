"""A person's own hours on call for the own calendar: its address is made and ended here, and read."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from server.language import CHINESE, ENGLISH
from server.on_call import calendar
from server.on_call.models import Language
from server.staff.doors import staff_only


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def own_calendar(request: HttpRequest) -> HttpResponse:
    """One's own only. A new address is on the answer to the press that made it, and nowhere after."""
    now, address = timezone.now(), ""
    if request.method == "POST":
        act = request.POST.get("do", "")
        if act == "end":
            if calendar.end_link(request.user, now):
                messages.success(request, _("The address is ended: calendars read it no more"))
            return redirect("own_calendar")
        language = request.POST.get("language", "")
        if act != "make" or language not in Language.values:
            raise PermissionDenied
        secret = calendar.make_link(request.user, language, now)
        address = f"{settings.PUBLIC_URL}{reverse('calendar_feed', args=[secret])}"
    context = {
        "address": address,
        "link": calendar.link_of(request.user.pk),
        "duties": sorted(calendar.duties(request.user.pk, now), key=lambda one: one.begins)[:10],
        "languages": Language.choices,
    }
    return render(request, "on_call/calendar.html", context)


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """For whoever has the address: calendars sign in nowhere."""
    link = calendar.known(secret)
    if link is None:
        raise Http404
    now = timezone.now()
    with translation.override(ENGLISH if link.language == Language.EN else CHINESE):
        body = calendar.written(calendar.duties(link.person_id, now), now)
    answer = HttpResponse(body, "text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="on-call.ics"'
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Robots-Tag"] = "noindex"
    return answer
