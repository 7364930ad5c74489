"""Long lists of the back office: one count, and a last page that costs no more than the first."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from unfold.views import ChangeList


class Pages(Paginator):
    """A page beyond the middle is read from the end: the database then passes over fewer rows."""

    def page(self, number: Any) -> Page:
        """Raises InvalidPage, as Django's."""
        place, rows = self.validate_number(number), self.object_list
        count: Any = self.count
        first = (place - 1) * self.per_page
        end = min(first + self.per_page, count)
        if first <= count - end:
            return super().page(place)
        read = list(rows.reverse()[count - end : count - first])
        return self._get_page(read[::-1], place, self)


class Listing(ChangeList):
    """How many rows there are without a search is not asked: it is a second count of all of them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count
