"""Commands at the server's terminal speak one language: the locale's, or the one that is asked for."""

import json

import pytest

from server import cli
from server.terminal import labelled
from tests.server.billing_runs.hamlet import create_hamlet

pytestmark = pytest.mark.django_db
SPOKEN = ("LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second start of Django, and a terminal that names no language."""
    monkeypatch.setattr(cli, "_start_django", lambda: None)
    for name in SPOKEN:  # the tests of the server set one
        monkeypatch.delenv(name, raising=False)


COMMANDS = [
    (["open-questions"], "没有待查的款项", "Nothing waits for staff"),
    (["create-signing-key"], "为 hamlet 的账单签名", "signs the bills of hamlet"),
    (["create-kiosk", "K04"], "配对码", "pairing code"),
    (["create-staff", "li"], "尚无角色", "no role yet"),
    (["verify-ledger"], "个问题", "problems"),
    (["billing-run", "--community", "hamlet", "--period", "2026-12", "--preview"], "合计", "total"),
    (["billing-run", "--community", "hamlet", "--period", "x"], "不是账期", "is no period"),
    (["create-kiosk", "K04", "--community", "x"], "现有：hamlet", "there are: hamlet"),
    (["create-staff", "li", "--password", "12345678"], "密码", "too common"),
    (["import-estate", "none.xlsx", "--community", "hamlet"], "没有这个文件", "no such file"),
    (["bill-pdf", "--unit", "9-9", "--out", "x.pdf"], "没有房屋 9-9", "no unit 9-9"),
]


@pytest.mark.parametrize(("words", "chinese", "english"), COMMANDS)
def test_a_command_speaks_as_its_terminal_or_as_it_is_asked(
    words, chinese, english, capsys, monkeypatch
):
    create_hamlet()
    for locale, asked, expected, other in (
        ("zh_CN.UTF-8", [], chinese, english),
        ("C.UTF-8", [], english, chinese),
        ("zh_CN.UTF-8", ["--language", "en"], english, chinese),
        ("en_GB.UTF-8", ["--language", "zh"], chinese, english),
    ):
        monkeypatch.setenv("LANG", locale)
        cli.main([*asked, *words])
        said = "".join(capsys.readouterr())
        assert expected in said and other not in said


def test_the_reasons_in_what_programs_read_are_in_that_language_too(capsys):
    from server.estate.models import Unit

    create_hamlet()
    Unit.objects.filter(code="3-1-102").update(area_m2=0)
    words = ["billing-run", "--community", "hamlet", "--period", "2026-12", "--preview", "--json"]
    for language, reason in (("zh", "未填建筑面积"), ("en", "has no area")):
        cli.main(["--language", language, *words])
        assert reason in json.loads(capsys.readouterr().out)["blocked"][0]["reason"]


def test_values_stand_below_each_other_in_both_languages():
    assert labelled("kiosk", "K03") == "kiosk         K03"
    assert labelled("缴费机", "K03") == "缴费机        K03"
    assert labelled("a label that is long", 1) == "a label that is long 1"
