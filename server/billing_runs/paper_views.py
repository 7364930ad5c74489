"""How a community's bills look on paper: form, logo and texts, with a sample; and the note of a month."""

import base64
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from contract.business_day import business_day
from contract.messages import Text
from contract.plain_text import whole_number
from server.billing import paper_layout, paper_logo, sample_paper
from server.billing.fees import FeeItem
from server.billing.paper_layout import COLUMNS, Look, PaperLayout, PaperNote
from server.billing.periods import period_of
from server.billing_runs.models import BillingRun
from server.estate.models import Community
from server.fleet.views import staff_only
from server.staff import people, scope
from server.staff.roles import Area, Deed

_LONG = {"pay_zh", "pay_en", "foot_zh", "foot_en"}


class LayoutForm(forms.ModelForm):
    class Meta:
        model = PaperLayout
        fields = COLUMNS
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in _LONG} | {
            "form": forms.RadioSelect
        }

    def clean(self) -> dict[str, Any]:
        """A line that was typed is one line, however the browser ends it."""
        said = super().clean() or self.cleaned_data
        return {
            name: value.replace("\r\n", "\n") if isinstance(value, str) else value
            for name, value in said.items()
        }


class NoteForm(forms.ModelForm):
    class Meta:
        model = PaperNote
        fields = ("note_zh", "note_en")
        widgets = {name: forms.Textarea(attrs={"rows": 2}) for name in ("note_zh", "note_en")}


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def layout(request: HttpRequest) -> HttpResponse:
    """The layout of one community; ``act``: look at a sample of what was typed, keep it, or the logo."""
    mine = scope.communities(request.user, Area.FEES)
    community = _community(request, mine)
    if community is None:
        return render(request, "billing_runs/papers.html", {"community": None})
    may_change = scope.may_change(request.user, FeeItem, community.pk)
    row = paper_layout.layout_of(community)
    form = LayoutForm(instance=row)
    pictures: list[str] = []
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        act = request.POST.get("act", "")
        if act in ("logo", "no_logo"):
            _logo(request, row, act)
            return _to(community)
        kept = paper_layout.layout_of(community)
        form = LayoutForm(request.POST, instance=row)
        if form.is_valid() and act == "keep":
            now = timezone.now()
            paper_layout.set_layout(kept, form.cleaned_data, people.of(request.user), now)
            messages.success(request, _("Kept; bills that are printed from now on look so"))
            return _to(community)
        if form.is_valid():
            pictures = _pictures(row)
    else:
        pictures = _pictures(row)
    context = {
        "community": community,
        "others": [other for other in mine if other != community],
        "form": form,
        "logo": paper_logo.data_uri(row),
        "pictures": pictures,
        "may_change": may_change,
        "typed": request.method == "POST",
    }
    return render(request, "billing_runs/papers.html", context)


@staff_only
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """The note on all bills of a run's month."""
    row = get_object_or_404(scope.visible(request.user, BillingRun), pk=pk)
    if not scope.may(request.user, Deed.RUN_BILLS, row.community_id):
        raise PermissionDenied
    form = NoteForm(request.POST)
    if form.is_valid():
        said = {name: form.cleaned_data[name].replace("\r\n", "\n") for name in form.fields}
        text = Text(zh=said["note_zh"], en=said["note_en"])
        person = people.of(request.user)
        paper_layout.set_note(row.community, row.period, text, person, timezone.now())
        messages.success(request, _("Kept; print the bills so that they have it"))
    else:
        messages.error(request, "; ".join(str(e) for es in form.errors.values() for e in es))
    return redirect("billing_run", pk=pk)


def note_form(community: Community, period: str) -> NoteForm:
    return NoteForm(instance=PaperNote(note=paper_layout.note_of(community, period)))


def _community(request: HttpRequest, mine: Any) -> Community | None:
    asked = request.POST.get("community") or request.GET.get("community", "")
    if not asked:
        return mine.first()
    found = mine.filter(pk=whole_number(asked) or 0).first()
    if found is None:
        raise Http404
    return found


def _to(community: Community) -> HttpResponse:
    return redirect(f"{reverse('billing_papers')}?community={community.pk}")


def _logo(request: HttpRequest, row: PaperLayout, act: str) -> None:
    person, now = people.of(request.user), timezone.now()
    if act == "no_logo":
        paper_logo.remove(row, person, now)
        return
    sent = request.FILES.get("logo")
    if sent is None:
        messages.error(request, _("Choose a picture"))
        return
    try:
        paper_logo.keep(row, sent.file, sent.size or 0, person, now)
    except paper_logo.LogoRefused as refused:
        messages.error(request, str(refused.said))
    else:
        messages.success(request, _("The logo is kept"))


def _pictures(row: PaperLayout) -> list[str]:
    """The pages of a sample in the look of ``row``, saved or not, as data URIs."""
    today = business_day(timezone.now(), row.community.time_zone)
    note = paper_layout.note_of(row.community, period_of(today))
    look = Look(row, note, paper_logo.data_uri(row))
    pages = sample_paper.pictures(sample_paper.render(row.community, look, today))
    return [f"data:image/png;base64,{base64.b64encode(page).decode()}" for page in pages]
