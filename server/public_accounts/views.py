"""What everybody may read without a code of their own: the accounts that a community made public."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from server.estate.models import Community
from server.public_accounts.models import Kind, Publication
from server.public_accounts.paper import words
from server.public_accounts.publishing import public

SHOWN = 60


@require_safe
def accounts_page(request: HttpRequest, code: str) -> HttpResponse:
    """Every kind with its newest; ``one`` asks for another. Raises Http404 where nothing is public."""
    community = get_object_or_404(Community, code=code)
    rows = list(public(community).order_by("-period", "-version")[:SHOWN])
    if not rows:
        raise Http404
    asked = request.GET.get("one", "")
    chosen = next((row for row in rows if str(row.pk) == asked), None)
    newest: list[Publication] = []
    for kind in Kind:
        newest += [row for row in rows if row.kind == kind][:1]
    shown = [chosen] if chosen else newest
    for row in shown:
        row.community = community
    context = {
        "community": community,
        "shown": [words(row) for row in shown],
        "earlier": [row for row in rows if row not in shown],
        "chosen": chosen,
    }
    return render(request, "public_accounts/page.html", context)


@require_safe
def paper(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The PDF as it was when it became public. Raises Http404."""
    rows = public(get_object_or_404(Community, code=code)).defer(None)
    found = rows.filter(pk=pk).first()
    if found is None or found.paper is None:
        raise Http404
    answer = HttpResponse(bytes(found.paper), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{code}-{found.kind}-{found.period}.pdf"'
    return answer
