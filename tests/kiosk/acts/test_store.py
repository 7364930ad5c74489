"""What the kiosk remembers of acts survives, and a broken file is no obstacle."""

from kiosk.acts.store import Result, Store
from tests.kiosk.acts.test_log_lines import NOW, act


def test_what_was_kept_is_there_again(tmp_path):
    store = Store(tmp_path / "acts.sqlite3")
    assert store.keep(act())
    assert not store.keep(act())
    store.begin(act(), "boot")
    store.close()
    again = Store(tmp_path / "acts.sqlite3")
    assert again.begun() == [(act(), "boot")]
    again.end(act(), Result(kept={"message": "words"}), NOW)
    assert again.known("message") == "words"
    assert [report.state for report in again.untold(5)] == ["done"]
    again.told([act().act_id])
    assert not again.unfinished()
    assert again.state_of(act().act_id) == "done"
    again.close()


def test_a_number_that_comes_late_is_not_new(tmp_path):
    store = Store(tmp_path / "acts.sqlite3")
    later = act().model_copy(update={"number": 9})
    earlier = act().model_copy(update={"act_id": "01900000-0000-7000-8000-000000000002"})
    assert store.keep(later)
    assert not store.keep(earlier)
    assert store.last_number == 9
    store.close()


def test_a_broken_file_is_put_aside(tmp_path):
    path = tmp_path / "acts.sqlite3"
    path.write_bytes(b"this is no database, and it is long enough to be looked at" * 40)
    store = Store(path)
    assert store.waiting() == []
    assert (tmp_path / "acts.sqlite3.damaged").exists()
    store.close()
