"""The page of open questions: everything that waits for somebody, and the acts that end it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.fleet.views import staff_only
from server.language import chosen
from server.open_questions import actions
from server.open_questions.listing import Question, questions, seen
from server.open_questions.presentation import Card
from server.payments.decisions.refusal import NotPossible
from server.payments.models import BorneBy, HeldFor, Refund
from server.staff import audit, page_export, people, scope
from server.staff.roles import Area

_REASON = _("Please give a reason")
_FORM = _("The form was not understood; open the page again")


@staff_only
@never_cache
@require_GET
def open_questions(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = seen(questions(scope.communities(request.user, Area.ALERTS), now), request.user)
    cards = [Card(question, now, _may(request, question)) for question in found]
    if page_export.wanted(request):
        return page_export.answer(request, _table(cards))
    context = {
        "cards": cards,
        "now": now,
        "several": len({question.community.pk for question in found}) > 1,
        "ways": Refund.How.choices,
        "purposes": HeldFor.choices,
        "purposes_by_word": [(p.value, p.label) for p in (HeldFor.BILLS, HeldFor.CREDIT)],
        "bearers": BorneBy.choices,
    }
    return render(request, "open_questions/page.html", context)


def _table(cards: list[Card]) -> page_export.Table:
    heading = (
        _("Community"),
        _("Kind"),
        _("Kiosk"),
        _("Unit"),
        _("Amount"),
        _("Receipt no."),
        _("Waits since"),
        _("What it is"),
    )
    rows = [
        (
            chosen(card.question.community.name),
            str(card.kind),
            card.question.kiosk_code,
            card.question.unit,
            card.question.amount,
            card.question.reference,
            card.since,
            chosen(card.question.what),
        )
        for card in cards
    ]
    where = [card.question.community.pk for card in cards]
    return page_export.Table("open_questions", where, heading, rows)


@staff_only
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Does one act and shows the page again; what was not possible is said there."""
    name = request.POST.get("act", "")
    deed = actions.DEEDS.get(name)
    if deed is None:
        raise PermissionDenied
    asked = actions.Request(
        name,
        request.POST.get("subject", ""),
        people.of(request.user),
        request.POST.get("reason", ""),
        timezone.now(),
        request.POST,
        request.user,
    )
    try:
        said, level = (
            actions.perform(asked, scope.communities(request.user, deed)),
            messages.SUCCESS,
        )
    except NotPossible as refused:
        said, level = refused.text, messages.ERROR
    except audit.ReasonMissing:
        said, level = _REASON, messages.ERROR
    except actions.NotUnderstood:
        said, level = _FORM, messages.ERROR
    messages.add_message(request, level, str(said))
    return redirect("open_questions")


def _may(request: HttpRequest, question: Question) -> set[str]:
    """The acts for which the person has the right in the question's community."""
    return {
        act
        for act, deed in actions.DEEDS.items()
        if scope.may(request.user, deed, question.community)
    }
