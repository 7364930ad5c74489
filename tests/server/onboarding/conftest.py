"""A community that moves in, and its clerk's files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.estate.models import Community
from server.onboarding.importing import import_estate
from server.onboarding.report import Report
from server.staff.people import Person
from tests.server.onboarding.files import NOW, save

Take = Callable[..., Report]


@pytest.fixture
def acacia() -> Community:
    return Community.objects.create(code="acacia", name_zh="金合欢", name_en="Acacia", test=True)


@pytest.fixture
def take(acacia: Community, tmp_path: Path) -> Take:
    """Imports sheets into acacia; errors speak English."""

    def take(sheets: dict, *, check: bool = False) -> Report:
        file = save(tmp_path / "estate.xlsx", sheets)
        return import_estate(file, acacia, person=Person("李"), at=NOW, check=check)

    return take
