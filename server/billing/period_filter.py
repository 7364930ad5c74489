"""The filter of a long list by month: offers every month from the first to the last that there is."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from server.billing.periods import next_period
from server.staff import scope
from server.staff.roles import area_of


class ByPeriod(SimpleListFilter):
    """Asks for two rows of each community, by their index; a list of all that differ reads every row."""

    title = _("Period")
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = model_admin.model._default_manager.filter(community=OuterRef("pk"))
        periods = rows.order_by("period").values("period")
        ends = scope.communities(request.user, area_of(rows.model._meta.label_lower)).annotate(
            first_period=Subquery(periods[:1]), last_period=Subquery(periods.reverse()[:1])
        )
        known = ends.order_by().values_list("first_period", "last_period")
        found = [(first, last) for first, last in known if first]
        if not found:
            return []
        period, last = min(one for one, _last in found), max(one for _first, one in found)
        offered = [period]
        while period < last:
            period = next_period(period)
            offered.append(period)
        return [(one, one) for one in reversed(offered)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(period=self.value()) if self.value() else queryset
