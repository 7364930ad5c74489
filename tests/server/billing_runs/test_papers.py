"""The bills of a run on paper, a file for each building."""

import pypdfium2
import pytest
from django.test import Client

from server.billing.models import Bill
from server.billing.signing import create_key
from server.billing.voiding import void
from server.billing_runs import papers
from server.billing_runs.models import BillingRun
from server.estate.models import Community
from server.jobs import worker
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import NOW, TODAY, create_hamlet, run_all
from tests.server.staff_accounts import create_person, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def run(tmp_path, settings) -> BillingRun:
    settings.DATA_FOLDER = tmp_path
    hamlet = create_hamlet(buildings=2)
    create_key(hamlet, now=NOW)
    return run_all(hamlet)


def make(run: BillingRun) -> list[str]:
    papers.make(run, TODAY, lambda done: None)
    return [path.name for path in papers.papers(run)]


def texts(run: BillingRun, name: str) -> list[str]:
    document = pypdfium2.PdfDocument(papers.paper(run, name))
    return [page.get_textpage().get_text_bounded() for page in document]


def test_each_building_has_a_file_with_its_bills_in_walking_order(run: BillingRun):
    first, second = make(run)
    numbers = list(Bill.objects.order_by("number").values_list("number", flat=True))
    for name, of_building in ((first, numbers[:2]), (second, numbers[2:])):
        found = [n for page in texts(run, name) for n in numbers if n in page]
        assert list(dict.fromkeys(found)) == of_building


def test_made_again_only_what_changed_is_made(run: BillingRun, monkeypatch):
    before = make(run)
    made = []
    real = papers.bill_pdf.render_many
    monkeypatch.setattr(
        papers.bill_pdf,
        "render_many",
        lambda bills, *more: made.append([b.unit.code for b in bills]) or real(bills, *more),
    )
    assert make(run) == before and made == []
    void(Bill.objects.get(unit__code="2-1-101"), at=NOW)
    after = make(run)
    assert made == [["2-1-102"]]
    assert after[0] == before[0] and after[1] != before[1] and len(after) == 2


def test_interrupted_it_goes_on_with_the_next_building(run: BillingRun):
    class Crash(Exception):
        pass

    def crash(done: int) -> None:
        if done > 2:
            raise Crash

    with pytest.raises(Crash):
        papers.make(run, TODAY, crash)
    assert len(papers.papers(run)) == 1
    assert len(make(run)) == 2
    assert not list(papers.folder(run).glob("*.part"))


def test_they_are_printed_from_the_page_of_the_run(run: BillingRun):
    keeper = signed_in(create_person("keeper", (run.community, Role.BOOKKEEPER)))
    address = f"/staff/billing/run/{run.pk}/"
    assert "打印账单" in keeper.get(address).content.decode()
    keeper.post(f"{address}act/", {"act": "papers"})
    worker._worker(0).run()
    page = keeper.get(address).content.decode()
    [first, _] = papers.papers(run)
    assert first.name in page
    answer = keeper.get(f"{address}papers/{first.name}")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    for wrong in ("..%2fsecret", "0001-1-1-0000000000.pdf"):
        assert keeper.get(f"{address}papers/{wrong}").status_code == 404
    outsider = signed_in(create_person("other", (other(), Role.BOOKKEEPER)))
    assert outsider.get(f"{address}papers/{first.name}").status_code == 404
    assert Client().get(f"{address}papers/{first.name}").status_code == 302


def other() -> Community:
    return create_hamlet("other", buildings=1)
