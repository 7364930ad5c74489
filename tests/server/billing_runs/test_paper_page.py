"""The page of a community's bill papers: who may look and change, the sample, the logo, the note."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from server.billing import paper_layout
from server.billing.paper_layout import PaperLayout, PaperNote
from server.billing.signing import create_key
from server.billing_runs import papers
from server.billing_runs.models import BillingRun
from server.estate.models import Community
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.billing.test_paper_layout import FULL, picture
from tests.server.billing_runs.hamlet import NOW, PERIOD, TODAY, create_hamlet, run_all
from tests.server.staff_accounts import create_person, signed_in

pytestmark = pytest.mark.django_db
URL = "/staff/billing/papers/"


@pytest.fixture
def run(tmp_path, settings) -> BillingRun:
    settings.DATA_FOLDER = tmp_path
    hamlet = create_hamlet(buildings=1)
    create_key(hamlet, now=NOW)
    return run_all(hamlet)


def clerk(community: Community, role: Role = Role.BOOKKEEPER) -> Client:
    return signed_in(create_person(role.value, (community, role)))


def form(community: Community, act: str, **more: object) -> dict[str, object]:
    empty = dict.fromkeys(paper_layout.COLUMNS, "")
    return empty | FULL | {"community": community.pk, "form": "window_gb", "act": act} | more


def test_a_sample_shows_what_was_typed_and_keeps_nothing(run: BillingRun):
    person = clerk(run.community)
    answer = person.post(URL, form(run.community, "look"))
    assert len(answer.context["pictures"]) == 1
    assert "尚未保存" in answer.content.decode() and FULL["address_zh"] in answer.content.decode()
    assert not PaperLayout.objects.exists()


def test_it_is_kept_and_every_building_is_printed_anew(run: BillingRun):
    papers.make(run, TODAY, lambda done: None)
    before = [path.name for path in papers.papers(run)]
    answer = clerk(run.community).post(URL, form(run.community, "keep"), follow=True)
    assert "已保存" in answer.content.decode()
    layout = PaperLayout.objects.get()
    assert (layout.form, layout.pay_zh) == ("window_gb", FULL["pay_zh"])
    papers.make(run, TODAY, lambda done: None)
    assert len(before) == 1 and before != [path.name for path in papers.papers(run)]
    assert Act.objects.get(act="paper_layout_set").person_name == "bookkeeper"


def test_what_is_wrong_is_said_and_not_kept(run: BillingRun):
    answer = clerk(run.community).post(URL, form(run.community, "keep", form="scroll"))
    assert answer.context["form"].errors["form"] and answer.context["pictures"] == []
    assert not PaperLayout.objects.exists()


def test_a_logo_is_sent_refused_and_removed(run: BillingRun):
    person, where = clerk(run.community), run.community
    bad = SimpleUploadedFile("logo.png", b"<svg/>", "image/png")
    said = person.post(URL, {"community": where.pk, "act": "logo", "logo": bad}, follow=True)
    assert "这不是图片" in said.content.decode() and not PaperLayout.objects.exists()
    good = SimpleUploadedFile("logo.png", picture().getvalue(), "image/png")
    said = person.post(URL, {"community": where.pk, "act": "logo", "logo": good}, follow=True)
    assert said.context["logo"].startswith("data:image/png") and PaperLayout.objects.get().logo
    person.post(URL, {"community": where.pk, "act": "no_logo"})
    assert PaperLayout.objects.get().logo == ""


def test_others_may_look_or_not_even_that(run: BillingRun):
    where = run.community
    collector = clerk(where, Role.COLLECTOR)
    assert "保存版式" not in collector.get(URL).content.decode()
    assert collector.post(URL, form(where, "keep")).status_code == 403
    assert clerk(where, Role.TECHNICIAN).get(f"{URL}?community={where.pk}").status_code == 404
    far = Community.objects.create(code="far", name_zh="远庄", name_en="Far", test=True)
    stranger = signed_in(create_person("stranger", (far, Role.BOOKKEEPER)))
    assert stranger.get(f"{URL}?community={where.pk}").status_code == 404
    assert stranger.post(URL, form(where, "keep")).status_code == 404
    assert not PaperLayout.objects.exists()


def test_the_note_of_a_month_is_kept_from_the_page_of_its_run(run: BillingRun):
    address = f"/staff/billing/run/{run.pk}/note/"
    said = {"note_zh": "停水两小时。", "note_en": "No water for two hours."}
    assert clerk(run.community, Role.COLLECTOR).post(address, said).status_code == 403
    person = clerk(run.community)
    assert "停水两小时。" in person.post(address, said, follow=True).content.decode()
    assert PaperNote.objects.get().period == PERIOD
    assert Act.objects.get(act="paper_note_set").after["note_en"] == said["note_en"]
    far = Community.objects.create(code="far", name_zh="远庄", name_en="Far", test=True)
    stranger = signed_in(create_person("stranger", (far, Role.BOOKKEEPER)))
    assert stranger.post(address, said).status_code == 404
