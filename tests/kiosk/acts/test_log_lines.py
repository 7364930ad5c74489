"""Lines of the log that may leave the kiosk: of the machine, and of nobody."""

import base64
import json
from datetime import UTC, datetime

import structlog

from contract.remote_acts import Act, ActKind
from kiosk.acts.log_lines import FILE, Keeper, cleaned, logs

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PERSONAL = (
    *("王小明", "13800001201", "3-2-1201", "K03-000417", "6222****1234", "wang@example.com"),
    *("c2VjcmV0LWtleS1vZi10aGUta2lvc2stMTIzNDU2", "284712345678901234"),
)


def act() -> Act:
    return Act(
        act_id="01900000-0000-7000-8000-000000000001",
        kiosk_id="id-3",
        number=1,
        kind=ActKind.LOGS,
        asked_by="boss",
        asked_at=NOW,
        not_after=NOW,
    )


def test_nothing_of_a_resident_and_no_secret_leaves(tmp_path):
    keeper = Keeper(tmp_path)
    for word in PERSONAL:
        keeper(None, "", {"event": "trouble", "error": f"cannot read {word}.", "name": word})
        keeper(None, "", {"event": word, "level": "error", "code": [word]})
    answer = logs(tmp_path)(act())
    assert answer is not None
    text = base64.b64decode(answer.more["attachment"]["content"]).decode()
    assert text.count("trouble") == len(PERSONAL)
    for word in PERSONAL:
        assert word not in text
        assert word[-5:] not in text or not word[-5:].isdigit(), word


def test_an_exception_says_where_and_of_what_kind_and_not_what(tmp_path):
    try:
        raise ValueError("unit 3-2-1201 of 王小明")
    except ValueError as error:
        event = structlog.processors.format_exc_info(None, "", {"event": "x", "exc_info": error})
    kept = cleaned(event)["exception"]
    assert kept.startswith("ValueError < test_log_lines.py:")
    assert "1201" not in kept


def test_a_line_goes_on_as_it_is_and_the_file_stays_small(tmp_path):
    keeper = Keeper(tmp_path)
    event = {"event": "started", "kiosk": "K03", "unfinished": 2, "secret": "x"}
    assert keeper(None, "", event) is event
    line = json.loads((tmp_path / FILE).read_text())
    assert line == {"event": "started", "kiosk": "K03", "unfinished": 2}
    for _ in range(5000):
        keeper(None, "", {"event": "x", "error": "words " * 40})
    assert sum(f.stat().st_size for f in tmp_path.iterdir()) < 450_000
    answer = logs(tmp_path)(act())
    assert answer is not None
    assert len(answer.more["attachment"]["content"]) < 400_000


def test_a_disk_that_takes_nothing_costs_the_line_alone(tmp_path, capsys):
    event = {"event": "x"}
    assert Keeper(tmp_path / "gone")(None, "", event) is event
    assert capsys.readouterr().err == ""
    nothing = logs(tmp_path)(act())
    assert nothing is not None and nothing.state == "done"
