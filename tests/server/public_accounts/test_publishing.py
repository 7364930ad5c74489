"""Accounts are drafted by one, made public by another, read by everybody, and stay as they are."""

import io

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from openpyxl import Workbook

from server.billing.signing import bill_url
from server.public_accounts import publishing
from server.public_accounts.models import Kind, Publication, State
from server.public_accounts.rows import NotGood, checked, from_excel, sums
from server.staff import approvals
from server.staff.models import Act, Request
from server.staff.roles import Role
from tests.server.phone.conftest import clock  # noqa: F401
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
HEADINGS = ["分类", "项目（中文）", "项目（英文）", "说明（中文）", "说明（英文）", "金额"]
ROWS = [
    ["上期结余", "上季结余", "Left from before", "", "", "1000"],
    ["收入", "电梯广告", "Lift advertising", "", "", "5200.50"],
    ["expense", "绿化", "Gardens", "补种", "Planted anew", "1,200"],
]


def excel(rows=ROWS) -> SimpleUploadedFile:
    book, content = Workbook(), io.BytesIO()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    book.save(content)
    return SimpleUploadedFile("a.xlsx", content.getvalue())


def pages():
    village = create_village()
    drafter = create_person("drafter", (village, Role.BOOKKEEPER), (village, Role.APPROVER))
    other = create_person("other", (village, Role.APPROVER))
    return village, signed_in(drafter), drafter, other


def drafted(client: Client, village, **more) -> Publication:
    form = {"community": village.code, "kind": "common", "period": "2026-Q3"} | more
    client.post("/staff/public-accounts/", form)
    return Publication.objects.latest("pk")


def published(client: Client, other, one: Publication) -> None:
    client.post(f"/staff/public-accounts/{one.pk}/", {"do": "ask", "reason": "quarter"})
    asked = Request.objects.get(state=Request.State.OPEN)
    approvals.approve(asked.pk, other, "checked", NOW)
    one.refresh_from_db()


def test_from_excel_by_two_people_to_everybodys_page_and_paper():
    village, client, drafter, other = pages()
    one = drafted(client, village, file=excel())
    assert sums(one.rows) == {
        "opening": 100000,
        "income": 520050,
        "expense": 120000,
        "balance": 500050,
    }
    where = f"/c/{village.code}/"
    assert Client().get(where).status_code == 404
    client.post(f"/staff/public-accounts/{one.pk}/", {"do": "ask", "reason": "quarter"})
    with pytest.raises(approvals.NotApproved):
        approvals.approve(Request.objects.get().pk, drafter, "me", NOW)
    one.refresh_from_db()
    assert one.state == State.DRAFT
    approvals.approve(Request.objects.get().pk, other, "checked", NOW)
    page = Client().get(where).content.decode()
    assert "电梯广告" in page and "￥5,000.50" in page and "Lift" not in page
    assert "Lift advertising" in Client().get(f"{where}?language=en").content.decode()
    paper = Client().get(f"{where}{one.pk}.pdf")
    text = pypdfium2.PdfDocument(paper.getvalue())[0].get_textpage().get_text_range()
    assert "绿化" in text and "Gardens" in text and "5,000.50" in text
    assert Act.objects.get(act="accounts_published").reason == "quarter"


def test_what_is_public_stays_and_a_later_version_takes_its_place():
    village, client, _drafter, other = pages()
    one = drafted(client, village, file=excel())
    published(client, other, one)
    for change in (
        lambda: Publication.objects.filter(pk=one.pk).update(rows=[]),
        lambda: Publication.objects.filter(pk=one.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    two = drafted(client, village)
    assert (two.version, two.rows) == (2, one.rows)
    page = client.get(f"/staff/public-accounts/{two.pk}/").content.decode()
    assert "5200.50" in page
    published(client, other, two)
    one.refresh_from_db()
    assert (one.state, two.state) == (State.REPLACED, State.PUBLIC)
    assert Client().get(f"/c/{village.code}/{one.pk}.pdf").status_code == 404


def test_a_draft_that_was_changed_after_it_was_asked_for_is_not_published():
    village, client, _drafter, other = pages()
    one = drafted(client, village, file=excel())
    client.post(f"/staff/public-accounts/{one.pk}/", {"do": "ask", "reason": "x"})
    row = {"section": "income", "zh": "停车", "en": "Parking", "more_zh": "", "more_en": ""}
    client.post(f"/staff/public-accounts/{one.pk}/", {"do": "save", "amount": "7", **row})
    asked = approvals.approve(Request.objects.get().pk, other, "x", NOW)
    one.refresh_from_db()
    assert asked.state == Request.State.FAILED and one.state == State.DRAFT
    assert one.rows[0]["minor"] == 700
    client.post(f"/staff/public-accounts/{one.pk}/", {"do": "give_up", "reason": "wrong"})
    one.refresh_from_db()
    assert one.state == State.WITHDRAWN


@pytest.mark.parametrize(
    "row",
    [
        ["收入", "王小明欠费", "Debts", "", "", "1"],
        ["收入", "欠费", "Debts", "1-1-101 欠费", "1-1-101 owes", "1"],
        ["收入", "广告", "", "", "", "1"],
        ["", "广告", "Ads", "", "", "1"],
        ["收入", "广告", "Ads", "", "", "much"],
        ["收入", "广告", "Ads", "", "", ""],
        ["收入", "广告", "Ads", "x", "", "1"],
    ],
)
def test_nobody_is_named_and_what_is_not_whole_is_refused(row):
    with pytest.raises(NotGood):
        checked(create_village(), Kind.COMMON, [row])


def test_what_is_no_excel_file_is_refused_in_words():
    with pytest.raises(NotGood):
        from_excel(b"nothing")
    village, client, *_ = pages()
    form = {"community": village.code, "kind": "common", "period": "2026-Q3"}
    file = SimpleUploadedFile("a.xlsx", b"nothing")
    answer = client.post("/staff/public-accounts/", form | {"file": file}, follow=True)
    assert "notice bad" in answer.content.decode() and not Publication.objects.exists()
    answer = client.post("/staff/public-accounts/", form | {"period": "2026"}, follow=True)
    assert "notice bad" in answer.content.decode()
    empty = client.get("/staff/public-accounts/empty.xlsx")
    assert from_excel(empty.getvalue()) == []


def test_who_may_not_draft_looks_only_and_a_bill_leads_there(clock):  # noqa: F811
    village, client, _drafter, other = pages()
    one = drafted(client, village, file=excel())
    looks = signed_in(create_person("looks", (village, Role.COLLECTOR)))
    assert 'name="do"' not in looks.get(f"/staff/public-accounts/{one.pk}/").content.decode()
    told = {"do": "ask", "reason": "x"}
    assert looks.post(f"/staff/public-accounts/{one.pk}/", told).status_code == 403
    issue(village)
    bill = "/" + bill_url(bill_of(village), TODAY).split("//")[-1].partition("/")[2]
    assert f"/c/{village.code}/" not in Client().get(bill).content.decode()
    published(client, other, one)
    assert f"/c/{village.code}/" in Client().get(bill).content.decode()


@pytest.mark.parametrize(
    ("kind", "typed", "period"),
    [
        ("common", "2026-09-30", "2026-Q3"),
        ("common", "2026-10-01", "2026-Q4"),
        ("repair", "2026-q1", "2026-Q1"),
        ("standards", "2026-10-01", "2026-10-01"),
    ],
)
def test_any_day_names_its_quarter(kind, typed, period):
    assert publishing.period_of(Kind(kind), typed) == period


@pytest.mark.parametrize("note", ["王小明还没有交费", "1-1-101 还没有交费"])
def test_a_note_names_nobody_either_when_typed_or_when_it_is_published(note):
    village, client, _drafter, other = pages()
    one = drafted(client, village, file=excel())
    row = {"section": "income", "zh": "停车", "en": "Parking", "more_zh": "", "more_en": ""}
    form = {"do": "save", "amount": "7", **row, "note_zh": note, "note_en": note}
    answer = client.post(f"/staff/public-accounts/{one.pk}/", form)
    one.refresh_from_db()
    assert answer.status_code == 422 and one.note_zh == ""
    one.note_zh = one.note_en = note  # as by a resident who came after it was typed
    one.save()
    client.post(f"/staff/public-accounts/{one.pk}/", {"do": "ask", "reason": "quarter"})
    asked = approvals.approve(Request.objects.get().pk, other, "checked", NOW)
    one.refresh_from_db()
    assert asked.state == Request.State.FAILED and one.state == State.DRAFT


def test_a_file_for_a_draft_that_there_is_gives_it_new_rows():
    village, client, *_ = pages()
    one = drafted(client, village, file=excel())
    assert drafted(client, village).rows == one.rows
    again = drafted(client, village, file=excel([["收入", "停车", "Parking", "", "", "0"]]))
    assert (again.pk, [row["minor"] for row in again.rows]) == (one.pk, [0])


@pytest.mark.parametrize(
    ("typed", "minor"), [("￥1,200.50", 120050), ("１２", 1200), ("0", 0), ("0.00", 0)]
)
def test_an_amount_is_read_as_everywhere_in_the_house(typed, minor):
    rows = checked(create_village(), Kind.COMMON, [["收入", "广告", "Ads", "", "", typed]])
    assert rows[0]["minor"] == minor


@pytest.mark.parametrize("typed", ["-5", ".", "1.005", "1e3", "9" * 15])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(NotGood):
        checked(create_village(), Kind.COMMON, [["收入", "广告", "Ads", "", "", typed]])
