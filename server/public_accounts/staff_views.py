"""The pages on which accounts are drafted, looked at as they will be read, and given to another."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from contract.business_day import local_time
from contract.messages import Text
from contract.money import Money
from contract.plain_text import clean_name
from server.estate.models import Community
from server.language import chosen, of_page
from server.public_accounts import from_books, publishing, template
from server.public_accounts.models import OF_MONEY, Kind, Publication, Section, State
from server.public_accounts.paper import address_of, code_of, words
from server.public_accounts.rows import (
    COLUMNS,
    FILE_MAX,
    NO_NOTE,
    ROWS_MAX,
    NotGood,
    Row,
    checked,
    from_excel,
)
from server.staff import scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.models import Request
from server.staff.roles import Area, Deed

EMPTY = 6  # rows to type in beside those that there are


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    """All of a community's, and the form of a new one. Raises PermissionDenied."""
    own = list(scope.communities(request.user, Area.NOTICES).order_by("code"))
    code = request.POST.get("community") or request.GET.get("community", "")
    community = next((one for one in own if one.code == code), None)
    community = community if code else next(iter(own), None)
    if community is None:
        raise PermissionDenied
    if request.method == "POST":
        try:
            made = _new(request, community)
        except NotGood as wrong:
            messages.error(request, str(wrong.said))
        else:
            return redirect("public_account", pk=made.pk)
        return redirect(f"{reverse('accounts_to_publish')}?community={community.code}")
    rows = Publication.objects.filter(community=community).defer("paper")
    context = {
        "own": own,
        "community": community,
        "rows": list(rows.order_by("-drafted_at")[:100]),
        "kinds": Kind.choices,
        "may": scope.may(request.user, Deed.DRAFT_ACCOUNTS, community.pk),
        "any": publishing.public(community).exists(),
        "address": address_of(community),
        "code": code_of(community),
    }
    return render(request, "public_accounts/accounts.html", context)


def _new(request: HttpRequest, community: Community) -> Publication:
    """With the rows of an Excel file, else those of the draft or the version before. Raises NotGood."""
    kind = request.POST.get("kind", "")
    if kind not in Kind.values:
        raise PermissionDenied
    period = publishing.period_of(Kind(kind), request.POST.get("period", ""))
    last = Publication.objects.filter(community=community, kind=kind, period=period).first()
    file = request.FILES.get("file")
    if file is None and last is not None and last.state == State.DRAFT:
        return last
    rows, note = (last.rows, last.note) if last is not None else ([], NO_NOTE)
    if file is not None:
        if (file.size or 0) > FILE_MAX:
            raise NotGood(_("The file is too large"))
        rows = checked(community, Kind(kind), from_excel(file.read()), note)
    now = timezone.now()
    return publishing.draft(request.user, community, Kind(kind), period, rows, note, now)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Raises Http404 for one of a community that the person does not see."""
    rows = scope.visible(request.user, Publication).defer("paper")
    found = rows.select_related("community").filter(pk=pk).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            _do(request, found)
        except NotGood as wrong:
            messages.error(request, str(wrong.said))
            if request.POST.get("do") in ("save", "books"):
                return _shown(request, found, _typed(request), 422)
        except ReasonMissing:
            messages.error(request, _("Please give a reason"))
        return redirect("public_account", pk=found.pk)
    return _shown(request, found, _as_typed(found), 200)


def _shown(
    request: HttpRequest, found: Publication, typed: list[list[str]], status: int
) -> HttpResponse:
    waits = Request.objects.filter(
        kind=publishing.CODE, subject=str(found.pk), state=Request.State.OPEN
    )
    empty = [[""] * (len(COLUMNS) + 1) for _ in range(min(EMPTY, ROWS_MAX - len(typed)))]
    sections = [(one.value, one.label) for one in Section if one.value]
    context = {
        "found": found,
        "typed": [*typed, *empty],
        "sections": sections if found.kind in OF_MONEY else [],
        "draft": found.state == State.DRAFT,
        "asked": waits.first(),
        "may": scope.may(request.user, Deed.DRAFT_ACCOUNTS, found.community_id),
        "given": request.POST,
        "shown": words(found),
        "books": _books(found) if found.state == State.DRAFT else [],
        "differences": _differences(found) if found.state == State.DRAFT else [],
    }
    return render(request, "public_accounts/account.html", context, status=status)


def _books(found: Publication) -> list[tuple[str, str, str, bool]]:
    """What the books have for the quarter: its key, name, amount, and whether the draft has it."""
    there = {row.get("book") for row in found.rows}
    return [
        (one.key, chosen(one.name), _money(one.minor, found), one.key in there)
        for one in from_books.figures(found.community, Kind(found.kind), found.period)
    ]


def _differences(found: Publication) -> list[dict[str, str]]:
    zone = found.community.time_zone
    return [
        {
            "name": chosen(one.name),
            "draft": _money(one.draft, found),
            "then": _money(one.then, found),
            "now": _money(one.now, found),
            "as_of": f"{local_time(one.as_of, zone):%Y-%m-%d %H:%M}",
        }
        for one in from_books.differences(found)
    ]


def _money(minor: int, found: Publication) -> str:
    return Money(minor, found.community.currency).display(of_page())


def _rows(
    request: HttpRequest, found: Publication, note: Text, do: str, now: datetime
) -> list[Row]:
    """What was typed; with ``do`` "books" as the books have it now. Raises NotGood."""
    typed, kind = _typed(request), Kind(found.kind)
    plain = [row[:-1] for row in typed]
    rows = checked(found.community, kind, plain, note) if plain or do == "save" else []
    rows = from_books.marked(rows, [row[-1] for row in typed], found.rows)
    if do == "save":
        return rows
    wanted = request.POST.getlist("figure")[:ROWS_MAX]
    made = from_books.taken(found.community, kind, found.period, rows, wanted, now)
    if not made:
        raise NotGood(_("There is no row yet"))
    return made


def _as_typed(found: Publication) -> list[list[str]]:
    """As the columns of the form, and the figure of the books, where it is one."""

    def amount(minor: int | None) -> str:
        return "" if minor is None else str(Money(minor, found.community.currency).decimal)

    return [
        [*(row[name] for name in COLUMNS[:-1]), amount(row["minor"]), row.get("book", "")]
        for row in found.rows
    ]


def _typed(request: HttpRequest) -> list[list[str]]:
    """Without the rows in which nothing stands."""
    columns = [request.POST.getlist(name)[:ROWS_MAX] for name in (*COLUMNS, "book")]
    longest = max(map(len, columns))
    padded = [[*column, *[""] * (longest - len(column))] for column in columns]
    return [list(row) for row in zip(*padded, strict=True) if any(map(clean_name, row[1:-1]))]


def _do(request: HttpRequest, found: Publication) -> None:
    """Raises NotGood, PermissionDenied and ReasonMissing."""
    given, user, now = request.POST, request.user, timezone.now()
    match given.get("do"):
        case "save" | "books" as do:
            if found.state != State.DRAFT:
                raise NotGood(_("It is no draft any more"))
            kind, zh, en = Kind(found.kind), given.get("note_zh", ""), given.get("note_en", "")
            note = Text(zh=clean_name(zh)[:300], en=clean_name(en)[:500])
            if bool(note.zh) != bool(note.en):
                raise NotGood(_("Write the note in both languages or in none"))
            rows = _rows(request, found, note, do, now)
            publishing.draft(user, found.community, kind, found.period, rows, note, now)
            taken = _("Taken from the books as they stand now") if do == "books" else ""
            messages.success(request, taken or _("The draft is kept"))
        case "ask":
            publishing.ask(user, found.pk, given.get("reason", ""), now)
            messages.success(request, _("Another person is asked to make it public"))
        case "give_up":
            publishing.give_up(user, found.pk, given.get("reason", ""), now)
        case _:
            raise PermissionDenied


@staff_only
@require_GET
def excel(request: HttpRequest) -> HttpResponse:
    """An empty file with the headings, in the page's language."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = HttpResponse(template.workbook(), content_type=kind)
    answer["Content-Disposition"] = 'attachment; filename="public-accounts.xlsx"'
    return answer
