"""Every address that staff can ask for, from the resolver and from the register of the back office, with
the rows of one community in it, and what each answer gave away or changed."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from server.estate.tenancy import is_tenant

MARK = "㊙"  # stands in no text of ours, and in no token or number
SOUGHT = "㊟"  # stands beside it: a search that repeats what it was asked for gives nothing away
_SIGNS = (MARK, json.dumps(MARK)[1:-1], "%E3%8A%99", "&#12953;", "&#x3299;")
NOT_STAFFS = (
    "b/",
    "c/",
    "n/",
    "p/",
    "r/",
    "notify/",
    "api/v1/",
    "meters/v1/",
)  # residents, channels, kiosks and providers of meters; tested by themselves
_ENDS_SESSION = ("staff/logout/", "admin/logout/")
_LEFT = {"currency", "time_zone", "kind", "act", "subject_kind", "rule", "method", "period", "said"}


@dataclass(frozen=True)
class Ask:
    """One request; ``model``: whose row it is about. ``form`` None: it is only looked at."""

    path: str
    model: type[models.Model] | None = None
    form: dict[str, Any] | None = None

    def by(self, client: Client) -> str:
        """The whole answer, its place to go on to included. A fault of the server is raised."""
        answer = client.get(self.path) if self.form is None else client.post(self.path, self.form)
        assert answer.status_code < 500, self
        where = answer.headers.get("Location", "")
        body = answer.getvalue() if answer.streaming else answer.content
        return f"{answer.status_code} {where} {body.decode(errors='replace')}"


def gives_away(text: str) -> bool:
    return any(sign in text for sign in _SIGNS)


def plant(community: int) -> set[str]:
    """Writes the mark into every text of the community's rows that the database lets be written. Returns
    the models that show it."""
    marked = set()
    for model in apps.get_models():
        if not (is_tenant(model) or model._meta.label_lower == "estate.community"):
            continue
        column = "id" if model._meta.label_lower == "estate.community" else "community_id"
        for column_of in model._meta.fields:
            if _can_be_marked(column_of) and _mark(model, column_of, column, community):
                marked.add(model._meta.label_lower)
    return marked


def _can_be_marked(column: models.Field) -> bool:
    texts = isinstance(column, models.CharField | models.TextField)
    read_by_the_program = column.name in _LEFT or column.name.endswith(("_id", "hash"))
    return texts and not column.choices and not read_by_the_program


def _mark(model: Any, column: models.Field, by: str, community: int) -> bool:
    """One row where the column is unique, else all of them."""
    table, pk = model._meta.db_table, model._meta.pk.column
    value = (MARK + SOUGHT + str(column.name))[: column.max_length or 40]
    one = f"{pk} = (SELECT min({pk}) FROM {table} WHERE {by} = %s)"
    for where in (f"{by} = %s", one):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f'UPDATE {table} SET "{column.column}" = %s WHERE {where}', [value, community]
                )
                if cursor.rowcount:
                    return True
        except DatabaseError:
            continue
    return False


def snapshot(community: int) -> dict[str, list[Any]]:
    """All rows of the community, as they stand."""
    found = {}
    for model in apps.get_models():
        if is_tenant(model):
            rows = model._base_manager.filter(community=community).order_by("pk")
            found[model._meta.label] = list(rows.values_list())
    companys = apps.get_model("estate", "Community")._base_manager.filter(pk=community)
    people = apps.get_model("auth", "User")._base_manager.order_by("pk")
    found["estate.Community"] = list(companys.values_list())
    found["auth.User"] = list(people.values_list("pk", "password", "is_active", "is_superuser"))
    return found


@dataclass
class Routes:
    """The addresses, filled in with the community's rows; ``unreached`` is what nothing was known for."""

    community: int
    asks: list[Ask] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)

    def collect(self) -> "Routes":
        for route, pattern in _patterns(get_resolver()):
            if route.startswith(NOT_STAFFS) or route in _ENDS_SESSION:
                continue
            filled = list(self._filled(route, pattern))
            self.asks += filled
            if not filled:
                self.unreached.append(route)
        self.asks += self._choices()
        return self

    def rows(self, model: type[models.Model]) -> models.QuerySet:
        by = "pk" if model._meta.label_lower == "estate.community" else "community"
        if not (by == "pk" or is_tenant(model)):
            return model._base_manager.all()
        return model._base_manager.filter(**{by: self.community})

    def _filled(self, route: str, pattern: URLPattern) -> Iterator[Ask]:
        model_admin = getattr(pattern.callback, "model_admin", None)
        model = model_admin.model if model_admin else None
        if "<" not in route and "(?P" not in route:
            yield Ask(f"/{_plain(route)}", model)
            if model and route.endswith(f"{model._meta.model_name}/"):
                yield Ask(f"/{route}?q={SOUGHT}", model)
            if route.endswith("add/"):
                yield Ask(f"/{route}?community={self.community}", model)
        elif model and route.count("<") == 1:
            row = self.rows(model).order_by("pk").first()
            name = re.sub(r"<[^>]*>", "{}", route)
            # where there is no row of it yet, a number that nobody has still has to be refused
            yield Ask("/" + name.format(row.pk if row else 987654321), model)
        elif "content_type_id" in route:
            kind = apps.get_model("contenttypes", "ContentType").objects.get_for_model
            unit = apps.get_model("estate", "Unit")
            row = self.rows(unit).first()
            yield Ask(f"/admin/r/{kind(unit).pk}/{row.pk}/", unit)
        elif "app_label" in route:
            yield from (Ask(f"/admin/{label}/") for label in _admin_apps())
        elif route == "admin/(?P<url>.*)$":
            yield Ask("/admin/nothing/")
        elif named := OWN_ROUTES.get(route):
            yield from (Ask(path) for path in named(self))

    def _choices(self) -> Iterator[Ask]:
        """Every field of the back office that suggests rows while one types."""
        for model, model_admin in admin.site._registry.items():
            classes = [model_admin, *(i(model, admin.site) for i in model_admin.inlines)]
            for one in classes:
                for name in one.autocomplete_fields:
                    meta = one.model._meta
                    asked = f"app_label={meta.app_label}&model_name={meta.model_name}"
                    path = f"/admin/autocomplete/?{asked}&field_name={name}&term="
                    for more in ("", f"&of_community={self.community}"):
                        yield Ask(path + more, model)


def _a_person(routes: Routes) -> Any:
    """Somebody who works in the community."""
    return routes.rows(apps.get_model("staff", "RoleAssignment")).order_by("pk").first().person_id


def _a_payment(routes: Routes) -> str:
    rows = routes.rows(apps.get_model("payments", "PaymentOrder"))
    return rows.order_by("pk").first().payment_id


def _a_run(routes: Routes, rest: str = "") -> list[str]:
    runs = routes.rows(apps.get_model("billing_runs", "BillingRun"))
    return [f"/staff/billing/run/{run}/{rest}" for run in runs.values_list("pk", flat=True)]


def _a_preview(routes: Routes, rest: str = "") -> list[str]:
    rows = routes.rows(apps.get_model("billing_runs", "RunPreview"))
    return [f"/staff/billing/preview/{pk}/{rest}" for pk in rows.values_list("pk", flat=True)]


def _a_file(routes: Routes, rest: str = "") -> list[str]:
    rows = routes.rows(apps.get_model("onboarding", "EstateFile"))
    of = f"/staff/onboarding/{routes.community}/import"
    return [f"{of}/{pk}/{rest}" for pk in rows.values_list("pk", flat=True)]


def _an_act(routes: Routes, rest: str = "") -> list[str]:
    acts = routes.rows(apps.get_model("remote_acts", "RemoteAct"))
    return [f"/staff/fleet/acts/{pk}/{rest}" for pk in acts.values_list("pk", flat=True)]


def _a_kiosk(routes: Routes, rest: str = "") -> list[str]:
    kiosks = routes.rows(apps.get_model("fleet", "Kiosk")).order_by("pk")
    return [f"/staff/fleet/kiosks/{kiosks.first().pk}/{rest}"]


def _asked_by_residents(routes: Routes, model: str, path: str) -> list[str]:
    rows = routes.rows(apps.get_model("service_requests", model))
    return [f"/staff/service/{path.format(pk)}" for pk in rows.values_list("pk", flat=True)[:1]]


def _told(routes: Routes) -> list[str]:
    rows = routes.rows(apps.get_model("outbox", "ResidentMessage"))
    return [f"/staff/messages/{pk}/" for pk in rows.values_list("pk", flat=True)[:1]]


def _each(model: str, page: str) -> Any:
    """The page of each row of a model, below ``/staff/``."""
    return lambda routes: [
        f"/staff/{page}/{pk}/"
        for pk in routes.rows(apps.get_model(model)).values_list("pk", flat=True)
    ]


# How other addresses with a row in them are filled in: by route.
OWN_ROUTES: dict[str, Any] = {
    "staff/alerts/calendar/<str:secret>.ics": lambda r: ["/staff/alerts/calendar/guessed.ics"],
    "staff/service/<uuid:request_id>/": lambda r: _asked_by_residents(r, "ServiceRequest", "{}/"),
    "staff/answers/<int:pk>/": _each("standard_answers.StandardQuestion", "answers"),
    "staff/service/photos/<int:pk>.jpg": lambda r: _asked_by_residents(r, "Photo", "photos/{}.jpg"),
    "staff/messages/<int:pk>/": _told,
    "staff/messages/units/<int:unit>/": lambda r: [
        f"/staff/messages/units/{r.rows(apps.get_model('estate', 'Unit')).order_by('pk').first().pk}/"
    ],
    "staff/public-accounts/<int:pk>/": _each("public_accounts.Publication", "public-accounts"),
    "staff/notices/<int:pk>/": _each("notices.Notice", "notices"),
    "staff/training/<int:pk>/": _each("training.TrainingRound", "training"),
    "staff/notices/looks/<slug:name>": lambda r: ["/staff/notices/looks/scan"],
    "staff/units/<int:unit>/": lambda r: [
        f"/staff/units/{r.rows(apps.get_model('estate', 'Unit')).order_by('pk').first().pk}/"
    ],
    "staff/units/<int:unit>/move/": lambda r: [
        f"/staff/units/{r.rows(apps.get_model('estate', 'Unit')).order_by('pk').first().pk}/move/"
    ],
    **{
        f"staff/units/<int:unit>/{what}/": lambda r, what=what: [
            f"/staff/units/{r.rows(apps.get_model('estate', 'Unit')).order_by('pk').first().pk}/{what}/"
        ]
        for what in ("merge", "split", "waivers", "packages", "instalments")
    },
    "staff/prices/<int:item>/": lambda r: [
        f"/staff/prices/{r.rows(apps.get_model('billing', 'FeeItem')).order_by('pk').first().pk}/"
    ],
    "staff/bills/<str:number>/": lambda r: [
        f"/staff/bills/{number}/"
        for number in r.rows(apps.get_model("billing", "Bill")).values_list("number", flat=True)[:2]
    ],
    "staff/units/<int:unit>/credit/": lambda r: [
        f"/staff/units/{r.rows(apps.get_model('estate', 'Unit')).order_by('pk').first().pk}/credit/"
    ],
    "staff/instalments/<int:agreement>/": lambda r: [
        one.get_absolute_url()
        for one in r.rows(apps.get_model("billing", "InstalmentAgreement")).order_by("pk")[:1]
    ],
    "staff/credit/<str:number>/": lambda r: ["/staff/credit/C0001-000001/"],
    "staff/payments/<uuid:payment_id>/": lambda r: [f"/staff/payments/{_a_payment(r)}/"],
    "staff/payments/<uuid:payment_id>/receipt.pdf": lambda r: [
        f"/staff/payments/{_a_payment(r)}/receipt.pdf"
    ],
    "staff/onboarding/<int:community>/import/": lambda r: [
        f"/staff/onboarding/{r.community}/import/"
    ],
    "staff/onboarding/<int:community>/import/<int:pk>/": _a_file,
    "staff/onboarding/<int:community>/import/<int:pk>/live/": lambda r: _a_file(r, "live/"),
    "staff/billing/preview/<int:pk>/": _a_preview,
    "staff/billing/readings/photo/<int:pk>.jpg": lambda r: [
        f"/staff/billing/readings/photo/{pk}.jpg"
        for pk in r.rows(apps.get_model("billing", "ReadingPhoto")).values_list("pk", flat=True)
    ],
    "staff/billing/preview/<int:pk>/live/": lambda r: _a_preview(r, "live/"),
    "admin/auth/user/<id>/password/": lambda r: [f"/admin/auth/user/{_a_person(r)}/password/"],
    "staff/billing/run/<int:pk>/": _a_run,
    "staff/billing/due/<int:pk>/leave-out/": lambda r: [
        f"/staff/billing/due/{pk}/leave-out/"
        for pk in r.rows(apps.get_model("billing_runs", "DueRun")).values_list("pk", flat=True)
    ],
    "staff/billing/run/<int:pk>/live/": lambda r: _a_run(r, "live/"),
    "staff/billing/run/<int:pk>/papers/<str:name>": lambda r: _a_run(r, "papers/0001-1-1-0a.pdf"),
    "staff/billing/run/<int:pk>/note/": lambda r: _a_run(r, "note/"),
    "staff/billing/run/<int:pk>/act/": lambda r: _a_run(r, "act/"),
    "staff/billing/run/<int:run>/mail/": lambda r: _a_run(r, "mail/"),
    "staff/fleet/kiosks/<uuid:kiosk_id>/": _a_kiosk,
    "staff/fleet/kiosks/<uuid:kiosk_id>/acts/": lambda r: _a_kiosk(r, "acts/"),
    "staff/fleet/kiosks/<uuid:kiosk_id>/revoke/": lambda r: _a_kiosk(r, "revoke/"),
    "staff/fleet/acts/<uuid:act_id>/": _an_act,
    "staff/fleet/pair/<uuid:wish_id>/": lambda r: [
        f"/staff/fleet/pair/{pk}/"
        for pk in apps.get_model("fleet", "PairingWish")._default_manager.values_list(
            "pk", flat=True
        )
    ],
    "staff/fleet/releases/<str:version>/": lambda r: [
        f"/staff/fleet/releases/{one}/"
        for one in r.rows(apps.get_model("rollouts", "Rollout")).values_list("version", flat=True)
    ],
    "staff/fleet/acts/<uuid:act_id>/attachment/": lambda r: _an_act(r, "attachment/"),
    "staff/alerts/<int:alert>/": lambda r: [
        f"/staff/alerts/{pk}/"
        for pk in r.rows(apps.get_model("alerts", "Alert")).values_list("pk", flat=True)
    ],
    "staff/forgotten/<uidb64>/<token>/": lambda r: ["/staff/forgotten/MQ/x-y/"],
}


def actions(routes: Routes, client: Client, request: Any) -> Iterator[Ask]:
    """Every action of every list, on the community's rows."""
    for model, model_admin in admin.site._registry.items():
        rows = [str(pk) for pk in routes.rows(model).values_list("pk", flat=True)[:3]]
        for name in model_admin.get_actions(request):
            chosen = {"action": name, "_selected_action": rows, "reason": "x", "post": "yes"}
            yield Ask(_list_of(model_admin), model, chosen)


def forms(ask: Ask, answer: str, community: int) -> Iterator[Ask]:
    """A page's form, as ``answer`` gave it to somebody who may send it, with its marked texts
    changed; of a row's page, told to delete it."""
    form = Form()
    if "<html" in answer:
        form.feed(answer)
    changed = {
        name: value.replace(MARK, "9") if MARK in value else value
        for name, value in form.values.items()
    }
    yield Ask(ask.path, ask.model, changed | {"post": "yes", "_save": "x", "act_reason": "x"})
    if "?community=" in ask.path:
        yield Ask(ask.path, ask.model, changed | {"community": str(community)})


class Form(HTMLParser):
    """What the forms of a page would send."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        at = {name: value or "" for name, value in attrs}
        name = at.get("name", "")
        if tag == "input" and name and at.get("type") not in ("checkbox", "radio", "submit"):
            self.values[name] = at.get("value", "")
        elif tag == "input" and name and "checked" in at:
            self.values[name] = at.get("value", "on")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in at:
            self.values[self._select] = at.get("value", "")
        elif tag == "textarea":
            self._area = name

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] = self.values.get(self._area, "") + data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


def _patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, route)
        else:
            yield route, pattern


def _plain(route: str) -> str:
    return route.rstrip("$")


def _admin_apps() -> list[str]:
    return sorted({model._meta.app_label for model in admin.site._registry})


def _list_of(model_admin: ModelAdmin) -> str:
    meta = model_admin.model._meta
    return f"/admin/{meta.app_label}/{meta.model_name}/"
