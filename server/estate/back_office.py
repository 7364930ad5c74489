"""What the back office does the same way for every row of a community.

The community is chosen first and stays; after that only what is the community's own can be chosen. What
hangs on a row is counted, not gathered, when somebody wants to delete it.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import display
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from server.estate.models import Community
from server.estate.tenancy import held_by, is_tenant
from server.language import chosen
from server.staff import scope
from server.staff.roles import area_of

OF_COMMUNITY = "of_community"


class _AutocompleteOfCommunity(AutocompleteSelect):
    """Asks for suggestions of one community."""

    community: int

    def get_url(self) -> str:
        return f"{super().get_url()}?{OF_COMMUNITY}={self.community}"

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        """While nothing is chosen it says what is to be, so that it is never without a name."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        return attrs | {"data-placeholder": str(self.field.verbose_name)}


def bilingual(model: type[Model], name: str) -> Callable[[Any], str]:
    """A column for lists: a text of both languages, in the one of the page."""

    @display(description=getattr(model, name).label, ordering=f"{name}_zh")
    def shown(row: Any) -> str:
        return chosen(getattr(row, name))

    shown.__name__ = name
    return shown


class Held:
    """Refuses at once to delete what something hangs on."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        held = held_by(objs)
        return ([], {}, set(), held) if held else super().get_deleted_objects(objs, request)  # type: ignore[misc]


class _Limited:
    """Fields offer what belongs to the community of the page."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        community = getattr(request, "community_id", None)
        if community is None:
            return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        if db_field.name == "community":
            kwargs["queryset"] = Community.objects.filter(pk=community)
            field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
            field.disabled = True
            return field
        if is_tenant(db_field.related_model):
            kwargs["queryset"] = db_field.related_model._default_manager.filter(community=community)
            if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
                widget = _AutocompleteOfCommunity(db_field, self.admin_site)  # type: ignore[attr-defined]
                widget.community = community
                kwargs["widget"] = widget
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class CommunityRows(Held, _Limited):
    """For the admin of a model whose rows belong to a community."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        community = self._community_of(request, object_id)
        if community is None and object_id is None and self._own(request).exists():
            return self._choose(request)
        request.community_id = community  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, *args, **kwargs)  # type: ignore[misc]

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A new row belongs to the community of the page from the beginning: checks need to know it."""
        form, community = (
            super().get_form(request, *args, **kwargs),
            getattr(request, "community_id", None),
        )  # type: ignore[misc]

        class OfPage(form):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                if self.instance._state.adding and community is not None:
                    self.instance.community_id = community
                    self.initial["community"] = community

        return OfPage

    def get_search_results(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        """Of one community only, when a field of one of its rows asks."""
        asked = request.GET.get(OF_COMMUNITY, "")
        if asked.isascii() and asked.isdigit():
            queryset = queryset.filter(community=int(asked[:18]))
        return super().get_search_results(request, queryset, term)  # type: ignore[misc]

    def _community_of(self, request: HttpRequest, object_id: str | None) -> int | None:
        """Of the row; of a new one, what was chosen, or the only one that there is."""
        if object_id is not None:
            row = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
            return row.community_id if row else None
        known = list(self._own(request).values_list("pk", flat=True))
        asked = request.GET.get("community", "")
        chosen = [pk for pk in known if str(pk) == asked] or (known if len(known) == 1 else [])
        return chosen[0] if chosen else None

    def _own(self, request: HttpRequest) -> QuerySet[Community]:
        """The communities in which the person may make such a row."""
        area = area_of(self.model._meta.label_lower)  # type: ignore[attr-defined]
        where = scope.changes(request.user, area)
        return Community.objects.all() if where is None else Community.objects.filter(pk__in=where)

    def _choose(self, request: HttpRequest) -> HttpResponse:
        query = request.GET.copy()
        links = []
        for community in self._own(request):
            query["community"] = str(community.pk)
            links.append((f"?{query.urlencode()}", community))
        opts = self.model._meta  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": gettext("%(kind)s: choose the community") % {"kind": opts.verbose_name},
            "opts": opts,
            "links": links,
        }
        return render(request, "admin/choose_community.html", context)


class RowsOfParent(BaseInlineFormSet):
    """New rows of an inline belong to their parent's community, before they are checked."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)
        form.instance.community_id = self.instance.community_id
        return form


class CommunityInline(_Limited):
    """For an inline whose rows belong to the community of their parent."""

    formset = RowsOfParent
