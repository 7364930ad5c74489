"""A file is sent, checked and imported by jobs, from pages of whoever may change what it can bring."""

import io
import os
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from server.estate.models import Community, Unit
from server.jobs import queue
from server.jobs.models import Job
from server.onboarding.communities import numbering_of
from server.onboarding.import_pages import XLSX
from server.onboarding.models import EstateFile
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.onboarding.files import UNITS, save, unit
from tests.server.pages import foreign
from tests.server.staff_accounts import create_person, create_staff, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def acacia() -> Community:
    return Community.objects.create(code="acacia", name_zh="金合欢", name_en="Acacia")


@pytest.fixture
def clerk(acacia: Community) -> Client:
    return signed_in(create_person("li", (acacia, Role.ADMINISTRATOR)))


def page(community: Community) -> str:
    return f"/staff/onboarding/{community.pk}/import/"


def sent(path: Path, *rows: list, name: str = "房屋.xlsx") -> SimpleUploadedFile:
    file = save(path / "f.xlsx", {"units": [UNITS, *rows]})
    return SimpleUploadedFile(name, file.read_bytes(), XLSX)


def check(client: Client, community: Community, file: SimpleUploadedFile):
    """The page of the file, once a worker has checked it."""
    answer = client.post(page(community), {"file": file})
    assert answer.status_code == 302
    do_jobs()
    return client.get(answer["Location"])


def of_file() -> str:
    file = EstateFile.objects.latest("pk")
    return f"{page(file.community)}{file.pk}/"


def do_jobs() -> None:
    for job in Job.objects.filter(state="waiting"):
        queue.perform(job.pk)


def bring_in(client: Client):
    client.post(of_file(), {"act": "import"})
    do_jobs()
    return client.get(of_file())


def waiting(data_folder: Path) -> list[Path]:
    return list((data_folder / "uploads").glob("*"))


def test_a_file_is_checked_and_then_imported(clerk, acacia, tmp_path, data_folder):
    answer = clerk.post(
        page(acacia), {"file": sent(tmp_path, unit("101", "王小明"), unit("102", "李雷"))}
    )
    going = clerk.get(answer["Location"]).content.decode()
    assert "正在检查 房屋.xlsx" in going and "停止" in going
    do_jobs()
    found = clerk.get(of_file())
    text = found.content.decode()
    assert "房屋.xlsx 没有错误" in text and "现在导入" in text and "住户" in text
    assert not Unit.objects.exists() and not Act.objects.exists()
    kept = waiting(data_folder)
    assert kept and not any(path.stat().st_mode & 0o077 for path in kept)
    done = bring_in(clerk)
    assert "已导入" in done.content.decode()
    assert Unit.objects.count() == 2 and not waiting(data_folder)
    assert Act.objects.get().person_name == "li"
    again = bring_in(clerk)
    assert "已导入" in again.content.decode() and Act.objects.count() == 1
    assert "房屋.xlsx" in clerk.get(page(acacia)).content.decode()


def test_mistakes_are_shown_and_listed(clerk, acacia, tmp_path):
    file = sent(tmp_path, unit("101", "王小明", area_m2="=1+1x"), unit("102", kind="castle"))
    found = check(clerk, acacia, file)
    text = found.content.decode()
    assert "2 处错误" in text and "建筑面积" in text and "现在导入" not in text
    listed = clerk.post(of_file(), {"act": "problems"})
    assert listed["Content-Type"] == XLSX
    rows = list(load_workbook(io.BytesIO(listed.content)).active.values)
    assert rows[0] == ("表", "行", "列", "单元格", "怎么改")
    assert [row[:4] for row in rows[1:]][1] == ("units", 3, "类别", "castle")
    assert rows[1][3] == "=1+1x" and "公式" in rows[1][4]
    forced = bring_in(clerk)
    assert "2 处错误" in forced.content.decode() and not Unit.objects.exists()


def test_what_somebody_changed_after_the_check_is_found_by_the_import(clerk, acacia, tmp_path):
    check(clerk, acacia, sent(tmp_path, unit("101", "王小明", building="1")))
    Community.objects.filter(pk=acacia.pk).update(numbering=numbering_of("villas"))
    assert "处错误" in bring_in(clerk).content.decode()
    assert not Unit.objects.exists() and not Act.objects.exists()


def test_the_page_speaks_english_to_whoever_chose_it(clerk, acacia, tmp_path):
    clerk.cookies["django_language"] = "en"
    text = check(clerk, acacia, sent(tmp_path, unit("101", area_m2="x"))).content.decode()
    assert "1 mistake;" in text and "area_m2" in text and "figures and one decimal point" in text
    clerk.cookies["django_language"] = "zh-hans"
    text = clerk.get(of_file()).content.decode()  # what was found is told in the other one, too
    assert "建筑面积" in text and "figures and one" not in text
    check(clerk, acacia, sent(tmp_path, unit("x" * 40)))
    clerk.cookies["django_language"] = "en"
    text = clerk.get(of_file()).content.decode()
    assert "Units here are named by" in text
    assert foreign(text, "en", "金合欢") == [] and foreign(text, "en") == []


def test_what_is_no_file(clerk, acacia):
    for file in ({}, {"file": SimpleUploadedFile("a.xlsx", b"")}):
        answer = clerk.post(page(acacia), file, follow=True)
        assert "请选择" in answer.content.decode()
    text = check(clerk, acacia, SimpleUploadedFile("a.csv", b"a,b")).content.decode()
    assert "不是 Excel 工作簿" in text and "a.csv" in text


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_who_may_change_all_of_it(acacia, role, tmp_path):
    client = signed_in(create_person("wang", (acacia, role)))
    assert client.get(page(acacia)).status_code == 403
    answer = client.post(page(acacia), {"file": sent(tmp_path, unit("101"))})
    assert answer.status_code == 403 and not EstateFile.objects.exists()
    assert page(acacia) not in client.get("/staff/onboarding/").content.decode()


def test_nobody_imports_into_another_community_or_anothers_file(clerk, acacia, tmp_path):
    other = Community.objects.create(code="other", name_zh="别处", name_en="Other")
    assert clerk.get(page(other)).status_code == 403
    check(clerk, acacia, sent(tmp_path, unit("101")))
    company = signed_in(create_staff("company"))
    for act in ("import", "cancel", "again", "problems"):
        assert company.post(of_file(), {"act": act}).status_code == 404
        elsewhere = of_file().replace(page(acacia), page(other))
        assert clerk.post(elsewhere, {"act": act}).status_code == 403
    assert company.get(f"{of_file()}live/").status_code == 404
    assert "房屋.xlsx" not in company.get(page(acacia)).content.decode()
    assert company.get("/staff/onboarding/999999/import/").status_code == 404
    do_jobs()
    assert not Unit.objects.exists()


def test_a_file_whose_day_is_over_is_not_imported(clerk, acacia, tmp_path, data_folder):
    check(clerk, acacia, sent(tmp_path, unit("101")))
    for path in waiting(data_folder):
        path.unlink()
    answer = clerk.post(of_file(), {"act": "import"}, follow=True)
    assert "重新选择" in answer.content.decode() and not Unit.objects.exists()


def test_a_file_that_waits_too_long_is_deleted(clerk, acacia, tmp_path, data_folder):
    check(clerk, acacia, sent(tmp_path, unit("101")))
    old = waiting(data_folder)
    yesterday = time.time() - 25 * 3600
    for path in old:
        os.utime(path, (yesterday, yesterday))
    check(clerk, acacia, sent(tmp_path, unit("101")))
    assert not set(old) & set(waiting(data_folder)) and len(waiting(data_folder)) == len(old)


def test_the_template_is_for_staff(clerk, client: Client):
    assert client.get("/staff/onboarding/template/").status_code == 302
    answer = clerk.get("/staff/onboarding/template/")
    assert load_workbook(io.BytesIO(answer.content)).sheetnames[0] == "units"
    assert page(Community.objects.get()) in clerk.get("/staff/onboarding/").content.decode()
