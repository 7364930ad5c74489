"""The form of a community's numbering: what is filled in is kept, mistakes are named in their place."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from contract.numberings import NUMBERINGS
from contract.unit_code import DEFAULT
from server.estate.models import Community
from server.estate.numbering_form import NumberingFormField, fields_of, keypads, posted, read
from tests.server.staff_accounts import create_staff
from tests.server.village import create_village

PREVIEW = "/admin/estate/community/numbering/"
HOMES = fields_of(DEFAULT, "numbering")


@pytest.fixture
def staff(db: None, client: Client) -> Client:
    create_staff("staff", "a-long-password")
    assert client.login(username="staff", password="a-long-password")
    return client


def problems(**changes: str) -> list[str]:
    form = posted({**HOMES, **{f"numbering-{at}": to for at, to in changes.items()}}, "numbering")
    assert form is not None
    with pytest.raises(ValidationError) as wrong:
        read(form)
    return wrong.value.messages


@pytest.mark.parametrize("name", NUMBERINGS)
def test_every_usual_way_can_be_filled_in(name: str):
    numbering, _ = NUMBERINGS[name]
    form = posted(fields_of(numbering, "numbering"), "numbering")
    assert form is not None and read(form) == numbering
    assert not NumberingFormField().has_changed(numbering.model_dump(), form)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"0-zh": ""}, "第 1 类：缺中文名称"),
        ({"0-1-en": ""}, "第 1 类，第 2 段：缺英文名称"),
        ({"0-2-letters": "1#"}, "第 3 段：字母只能是 A 到 Z"),
        ({"0-0-figures": ""}, "第 1 段：请选数字、填字母，或两者都要"),
        ({"0-0-most": "9"}, "最多位数是 1 到 8"),
        ({"0-0-most": ""}, "最多位数是 1 到 8"),
        ({"1-zh": "车位"}, "第 2 类：还没有任何部分"),
        ({"1-0-zh": "层", "1-0-en": "Level"}, "第 2 类：缺中文名称"),
        ({"1-zh": "住宅", "1-en": "Homes"}, "“住宅”出现了两次"),
        ({"0-zh": "很" * 21}, "名称超过 20 个字"),
    ],
)
def test_a_mistake_is_named_where_it_is(changes: dict[str, str], said: str):
    assert any(said in problem for problem in problems(**changes))


def test_a_form_that_was_emptied_names_no_unit():
    emptied = {at: "" for at in HOMES if at != "numbering-0-zh"}
    form = posted({**emptied, "numbering-0-zh": ""}, "numbering")
    assert form is not None
    with pytest.raises(ValidationError, match="至少要有一类房屋"):
        read(form)


@pytest.mark.parametrize("typed", ["abcd", "A-D", "ａ-ｄ", "D, C、B a"])
def test_letters_may_be_written_as_people_do(typed: str):
    form = posted({**HOMES, "numbering-0-2-letters": typed}, "numbering")
    assert form is not None
    assert sorted(read(form).kinds[0].parts[2].letters) == ["A", "B", "C", "D"]


@given(st.dictionaries(st.sampled_from(sorted(HOMES)), st.text()))
def test_whatever_is_posted_is_a_numbering_or_a_sentence(changes: dict[str, str]):
    form = posted({**HOMES, **changes}, "numbering")
    assert form is not None
    try:
        numbering = read(form)
    except ValidationError as wrong:
        assert wrong.messages
    else:
        assert type(numbering).model_validate(numbering.model_dump()) == numbering


@pytest.mark.parametrize("name", NUMBERINGS)
def test_the_keypad_shows_the_keys_of_each_kind_and_a_code_of_it(name: str):
    numbering, _ = NUMBERINGS[name]
    for kind, view in zip(numbering.kinds, keypads(numbering), strict=True):
        assert "".join(view.letters) == "".join(k for k in kind.keys if k.isalpha())
        assert view.figures == ("1" in kind.keys)
        assert kind.accepts(view.code) and view.taken_by is None
        assert view.spelled == "" or numbering.read(view.spelled) == view.code


@pytest.mark.parametrize("path", ["add/", "{pk}/change/"])
def test_a_community_is_kept_with_the_numbering_that_was_filled_in(staff: Client, path: str):
    pk = Community.objects.create(code="old", name_zh="旧", name_en="Old").pk
    address = f"/admin/estate/community/{path.format(pk=pk)}"
    page = staff.get(address).content.decode()
    assert 'name="numbering-0-2-zh" value="房号"' in page and "<textarea" not in page
    numbering = NUMBERINGS["towers"][0]
    form = {
        "code": "new",
        "name_zh": "新",
        "name_en": "New",
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "office_phone": "1",
        "top_up_max_minor": "0",
        "part_min_minor": "0",
        "late_success": "refund",
        **fields_of(numbering, "numbering"),
    }
    wrong = staff.post(address, {**form, "numbering-1-0-letters": "负"})
    said = wrong.content.decode()
    assert wrong.status_code == 200 and "第 2 类，第 1 段：字母只能是" in said
    assert 'name="numbering-1-0-letters" value="负"' in said, "what was typed stays"
    assert staff.post(address, form).status_code == 302
    assert Community.objects.get(code="new").unit_numbering == numbering


def test_a_numbering_that_units_do_not_fit_is_told_on_the_page(staff: Client):
    village = create_village()
    form = {at: str(getattr(village, at)) for at in ("code", "name_zh", "name_en", "currency")}
    form |= {"time_zone": village.time_zone, "office_phone": "1", "late_success": "refund"}
    form |= {"top_up_max_minor": "0", "part_min_minor": "0"}
    form |= fields_of(NUMBERINGS["villas"][0], "numbering")
    answer = staff.post(f"/admin/estate/community/{village.pk}/change/", form)
    assert "不合此规则" in answer.content.decode()


def test_the_keypads_follow_the_form(staff: Client):
    towers = fields_of(NUMBERINGS["towers"][0], "numbering")
    shown = staff.post(PREVIEW, {**towers, "numbering-try": "负1层017"}).content.decode()
    assert re.findall(r'data-kind="(\d)"', shown) == ["0", "1"]
    assert "<b>B1-017</b> · 车位<" in shown
    assert (
        "不是本小区的房号"
        in staff.post(PREVIEW, {**towers, "numbering-try": "9-9-9-9"}).content.decode()
    )
    told = staff.post(PREVIEW, {**towers, "numbering-0-en": ""}).content.decode()
    assert "缺英文名称" in told and "data-kind" not in told
    begun = staff.post(PREVIEW, {**towers, "begin": "arcade"}).content.decode()
    assert 'value="商铺"' in begun and 'value="写字楼"' in begun


def test_a_page_in_english_shows_nothing_in_chinese(staff: Client):
    staff.cookies["django_language"] = "en"
    towers = fields_of(NUMBERINGS["towers"][0], "numbering")
    shown = staff.post(PREVIEW, {**towers, "numbering-try": "9"}).content.decode()
    shown += staff.post(PREVIEW, {**towers, "numbering-0-en": ""}).content.decode()
    assert "none of this community" in shown and "the English name is missing" in shown
    spelled = "<p>[^<]* = [^<]*</p>"  # a code as residents may say it, whatever the page speaks
    assert not re.search("[\u4e00-\u9fff]", re.sub(spelled, "", shown))


def test_nothing_typed_is_taken_for_markup(staff: Client):
    for at in ("numbering-try", "numbering-0-zh"):
        shown = staff.post(PREVIEW, {**HOMES, at: "<b>x"}).content.decode()
        assert "<b>x" not in shown


def test_only_staff_are_shown_it(client: Client, db: None):
    assert client.post(PREVIEW, HOMES).status_code == 302
