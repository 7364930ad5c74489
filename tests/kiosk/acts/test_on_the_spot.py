"""What staff would else come for: page, roll, self-test, picture."""

import io
import json
from base64 import b64decode
from datetime import UTC, datetime

import pytest
from PIL import Image

from contract.messages import Method
from contract.remote_acts import Act, ActKind, ActReport
from device_drivers.printers.interface import Document
from device_drivers.printers.memory import Memory
from kiosk.acts import on_the_spot
from kiosk.acts.doing import command
from kiosk.core.model import Action
from tests.kiosk.core.story import Story

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WHITE = (4, 2, b"\xff" * 24)


def act(kind: ActKind) -> Act:
    return Act(
        act_id="01900000-0000-7000-8000-000000000001",
        kiosk_id="id-3",
        number=1,
        kind=kind,
        asked_by="boss",
        asked_at=NOW,
        not_after=NOW,
    )


@pytest.mark.parametrize(
    ("outcome", "detail", "state", "code"),
    [
        ("printed", "", "done", ""),
        ("uncertain", "printer.paper_out, x", "in_doubt", "printer.paper_out"),
        ("not_printed", "printer.cover_open", "failed", "printer.cover_open"),
    ],
)
def test_a_test_page_ends_as_the_printer_says(outcome, detail, state, code):
    jobs = []

    def printing(paper, ended):
        jobs.append(paper.job_id)
        ended(outcome, detail)

    result = on_the_spot.test_page(lambda job: Document(job, ()), printing)(act(ActKind.TEST_PAGE))
    assert result is not None
    assert (result.state, result.code) == (state, code)
    assert jobs == [act(ActKind.TEST_PAGE).act_id]


def test_a_new_roll_is_told_to_the_printers_memory(tmp_path):
    path = tmp_path / "printer.json"
    memory = Memory(path)
    memory.begin("1")
    memory.end("printed", 90.0)
    result = on_the_spot.paper(path, lambda m: m.new_roll())(act(ActKind.NEW_ROLL))
    assert result is not None and result.state == "done"
    assert Memory(path).read().used_mm == 0
    nowhere = on_the_spot.paper(tmp_path / "gone" / "x.json", lambda m: m.new_roll())
    result = nowhere(act(ActKind.NEW_ROLL))
    assert result is not None and result.code == "cannot_be_written"


def test_the_self_test_tells_what_the_doctor_finds(tmp_path):
    result = on_the_spot.self_test(tmp_path / "none.toml")(act(ActKind.SELF_TEST))
    assert result is not None
    report = ActReport(act_id=act(ActKind.SELF_TEST).act_id, state="done", at=NOW, **result.more)
    assert any(one.about == "config" and one.level == "error" for one in report.findings)


def test_a_picture_is_taken_only_of_a_screen_that_knows_nobody():
    resting = Story.at_attract().session
    shown = [
        Story.at_attract().taps(Action.KEYPAD).session,
        Story.at_bills().session,
        Story.paying(Method.WECHAT).session,
        Story.paying(Method.CARD).session,
        Story.paying(Method.CARD).terminal_says("approved").session,
        Story.at_bills().taps(Action.HELP).session,
    ]
    assert on_the_spot.may_be_shown(resting)
    assert not any(on_the_spot.may_be_shown(session) for session in shown)
    grabbed = []

    def grab():
        grabbed.append(1)
        return WHITE

    for session in (*shown, None):
        take = on_the_spot.ask_window(lambda look: look(), lambda s=session: s, grab)
        result = on_the_spot.picture(take)(act(ActKind.PICTURE))
        assert result is not None and result.code == "somebody_there"
    assert grabbed == []
    take = on_the_spot.ask_window(lambda look: look(), lambda: resting, grab)
    result = on_the_spot.picture(take)(act(ActKind.PICTURE))
    assert result is not None
    image = Image.open(io.BytesIO(b64decode(result.more["attachment"]["content"])))
    assert image.size == (4, 2)


def test_a_large_screen_fits_into_a_report():
    import os

    noise = (1080, 1920, os.urandom(1080 * 1920 * 3))
    result = on_the_spot.picture(lambda: noise)(act(ActKind.PICTURE))
    assert result is not None
    assert len(json.dumps(result.more)) < 700_000


def test_a_command_is_the_machines_own_words_and_its_trouble_a_failure(tmp_path):
    mark = tmp_path / "called"
    assert command(["touch", str(mark)])(act(ActKind.REBOOT)) is None
    assert mark.exists()
    for words in (["false"], [str(tmp_path / "none")]):
        result = command(words)(act(ActKind.REBOOT))
        assert result is not None and (result.state, result.code) == ("failed", "command")
