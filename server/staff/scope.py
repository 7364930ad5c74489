"""The one door to rows of a community: whose rows a person sees, and what the person may do there.

Every list, choice, search, export and act of staff goes through ``visible`` or ``may``. A superuser is
the company's own administrator and passes everywhere. Who holds no role sees nothing: also a permission
that Django's own tables give opens nothing here.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.backends import ModelBackend
from django.db.models import Model, Q, QuerySet

from server.staff.models import RoleAssignment
from server.staff.roles import TABLE, Area, Deed, Rights, Role, area_of

_ONLY_COMPANY = {"estate.add_community", "estate.delete_community"}
_CACHE = "_rights_by_community"


def is_company(user: Any) -> bool:
    """Whether the person acts for all communities."""
    return bool(user.is_active and user.is_staff and user.is_superuser)


def rights(user: Any) -> dict[int, list[Rights]]:
    """What the person's roles allow, by community; read once for each object of the person."""
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return {}
    if not hasattr(user, _CACHE):
        held: dict[int, list[Rights]] = {}
        for assignment in RoleAssignment.objects.filter(person=user.pk, ended_at=None):
            held.setdefault(assignment.community_id, []).append(TABLE[Role(assignment.role)])
        setattr(user, _CACHE, held)
    return getattr(user, _CACHE)


def sees(user: Any, area: Area) -> set[int] | None:
    """The communities in which the person may look at this; None: in all."""
    return _where(user, lambda held: area in held.sees)


def changes(user: Any, area: Area) -> set[int] | None:
    """The communities in which the person may change rows of this; None: in all."""
    return _where(user, lambda held: area in held.changes)


def does(user: Any, deed: Deed) -> set[int] | None:
    """The communities in which the person may do this; None: in all."""
    return _where(user, lambda held: deed in held.does)


def may(user: Any, deed: Deed, community: Any) -> bool:
    """``community``: the row or its key."""
    return within(does(user, deed), getattr(community, "pk", community))


def communities(user: Any, right: Area | Deed) -> QuerySet[Any]:
    """Those in which the person may look at the area, or do the deed."""
    where = sees(user, right) if isinstance(right, Area) else does(user, right)
    found = apps.get_model("estate", "Community")._default_manager.all()
    return found if where is None else found.filter(pk__in=where)


def visible(user: Any, rows: type[Model] | QuerySet[Any]) -> QuerySet[Any]:
    """Those of the rows that the person may look at."""
    queryset = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    where = sees(user, area_of(queryset.model._meta.label_lower))
    return _limited(queryset, where)


def changeable(user: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the rows that the person may change."""
    return _limited(rows, changes(user, area_of(rows.model._meta.label_lower)))


def may_see(user: Any, row: Model) -> bool:
    return within(sees(user, area_of(row._meta.label_lower)), community_of(row))


def may_change(user: Any, model: type[Model], community: int | None) -> bool:
    """A row of this model in this community."""
    return within(changes(user, area_of(model._meta.label_lower)), community)


def community_of(row: Model) -> int | None:
    """Whose a row is; None for what is the company's own."""
    if row._meta.label_lower == "estate.community":
        return row.pk
    return getattr(row, "community_id", None)


class RoleBackend(ModelBackend):
    """Signs in by name and password; what Django calls permissions comes from the table of roles."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """``app.view_model`` and its like: in the community of ``obj``, or in any."""
        if is_company(user_obj):
            return True
        label, action = _model_and_action(perm)
        if not label or perm in _ONLY_COMPANY:
            return False
        ask = sees if action == "view" else changes
        where = ask(user_obj, area_of(label))
        if where is None or obj is None:
            return where is None or bool(where)
        return community_of(obj) in where

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        models = apps.get_app_config(app_label).get_models()
        return any(
            self.has_perm(user_obj, f"{app_label}.view_{m._meta.model_name}") for m in models
        )

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()


def holders(community: Any, deed: Deed) -> QuerySet[Any]:
    """The people who may do this in the community by a role."""
    able = [role for role, held in TABLE.items() if deed in held.does]
    held = Q(roles__community=community, roles__role__in=able, roles__ended_at=None)
    people = RoleAssignment._meta.get_field("person").related_model
    return people._default_manager.filter(held, is_active=True, is_staff=True).distinct()


def _where(user: Any, allowed: Any) -> set[int] | None:
    if is_company(user):
        return None
    return {pk for pk, held in rights(user).items() if any(map(allowed, held))}


def within(where: Iterable[int] | None, community: int | None) -> bool:
    """Whether a community is among those of an answer of this module."""
    return where is None or (community is not None and community in where)


def _limited(queryset: QuerySet[Any], where: set[int] | None) -> QuerySet[Any]:
    if where is None:
        return queryset
    model = queryset.model
    if model._meta.label_lower == "estate.community":
        return queryset.filter(pk__in=where)
    if any(field.name == "community" for field in model._meta.fields):
        return queryset.filter(community__in=where)
    return queryset.none()


def _model_and_action(perm: str) -> tuple[str, str]:
    app, _, codename = perm.partition(".")
    action, _, model = codename.partition("_")
    known = action in ("view", "add", "change", "delete") and bool(model)
    return (f"{app}.{model}", action) if known else ("", "")
