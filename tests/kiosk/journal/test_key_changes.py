"""A journal whose kiosk's key was replaced: each key vouches for its part, and whoever trusts one of them
can check it all."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.journal_hash import entry_hash, public_key_text, sign_entry
from contract.key_change import handover
from contract.messages import EntryKind
from kiosk.commands.journal import main
from kiosk.journal.journal import Journal
from kiosk.journal.schema import JournalBroken, JournalDamaged, JournalOfAnother, Seal
from kiosk.journal.verification import TAIL_ENTRIES, check_whole, verify

KEYS = [Ed25519PrivateKey.generate() for _ in range(3)]
TEXTS = [public_key_text(key.public_key()) for key in KEYS]
KIOSK = "01900000-0000-7000-8000-00000000000a"


def now():
    return datetime.now(UTC)


def seal(place):
    return Seal(KIOSK, KEYS[place], tuple(KEYS[:place][::-1]))


def written(path, place, count=2):
    journal = Journal(path, now, seal=seal(place))
    for number in range(count):
        journal.append(EntryKind.NOTE, {"what": f"{place}.{number}"})
    journal.close()


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "journal.sqlite3"
    for place in range(3):
        written(path, place)
    return path


@pytest.mark.parametrize("trusted", ["", *TEXTS], ids=["none", *map(str, range(len(TEXTS)))])
def test_each_of_its_keys_proves_all_of_it(path, trusted):
    assert verify(path, trusted) == 3 * 2 + 2


def test_the_command_names_the_key_that_the_server_has_now(path, tmp_path, capsys):
    assert main(["verify", str(path)]) == 0
    assert (
        f"{TEXTS[0]} and the keys that followed it, the last {TEXTS[2]} ("
        in capsys.readouterr().out
    )
    one = tmp_path / "one.sqlite3"
    written(one, 1)
    assert main(["verify", str(one)]) == 0
    assert f"all signed by {TEXTS[1]} (" in capsys.readouterr().out


def test_a_key_that_was_never_its_own_proves_nothing(path):
    stranger = public_key_text(Ed25519PrivateKey.generate().public_key())
    with pytest.raises(JournalBroken, match="another key"):
        verify(path, stranger)


def test_it_is_handed_over_once_and_only_to_the_kiosks_own_key(path):
    for _ in range(2):
        Journal(path, now, seal=seal(2)).close()
    assert verify(path) == 8
    with pytest.raises(JournalOfAnother):
        Journal(path, now, seal=Seal(KIOSK, KEYS[1], (KEYS[0],)))
    with pytest.raises(JournalOfAnother):
        Journal(path, now, seal=Seal("another", KEYS[2], tuple(KEYS[:2])))


def test_the_newest_entries_are_checked_by_their_own_keys(path):
    written(
        path, 2, TAIL_ENTRIES - 1
    )  # the last handover is the oldest of those that are looked at
    Journal(path, now, seal=seal(2)).close()
    written(path, 2, TAIL_ENTRIES)
    Journal(path, now, seal=seal(2)).close()


def test_the_look_at_the_whole_file_goes_on_behind_a_handover(path):
    with closing(sqlite3.connect(path)) as db:
        hashes = dict(db.execute("SELECT sequence, hash FROM entries"))
    for after in (1, 3, 4, 7):
        assert check_whole(path, (after, hashes[after]), lambda: None)[0] == 8


def test_an_entry_by_the_old_key_after_the_handover_is_found(path, tmp_path):
    forged(path, 0, {"what": "mine"})
    with pytest.raises(JournalBroken, match="entry 9: is not signed"):
        verify(path, TEXTS[2])
    with pytest.raises(JournalDamaged):
        Journal(path, now, seal=seal(2))


def test_nobody_writes_a_history_and_lets_it_end_in_the_kiosks_key(tmp_path):
    """Who knows the key's name and not the key cannot let it vouch for what they wrote."""
    path, thief = tmp_path / "forged.sqlite3", Ed25519PrivateKey.generate()
    journal = Journal(path, now, seal=Seal(KIOSK, thief))
    journal.append(EntryKind.NOTE, {"what": "never happened"})
    here = (KIOSK, 2, journal.head[1], public_key_text(thief.public_key()))
    body = handover(thief, *here) | {"public_key": TEXTS[2]}
    journal.append(EntryKind.NOTE, body)
    journal.close()
    with pytest.raises(JournalBroken, match="entry 2"):
        verify(path, TEXTS[2])


def test_a_handover_of_another_place_vouches_for_nothing(path, tmp_path):
    with closing(sqlite3.connect(path)) as db:
        body = db.execute("SELECT body FROM entries WHERE sequence = 3").fetchone()[0]
    other = tmp_path / "other.sqlite3"
    journal = Journal(other, now, seal=seal(0))
    journal.append(EntryKind.NOTE, {"what": "another history"})
    journal.append(EntryKind.NOTE, {"what": "of the same length"})
    journal.append(EntryKind.NOTE, json.loads(body))
    journal.close()
    with pytest.raises(JournalBroken, match="entry 3"):
        verify(other)


def test_a_note_that_cannot_be_read_is_damage(path, tmp_path):
    torn = tmp_path / "torn.sqlite3"
    shutil.copyfile(path, torn)
    with closing(sqlite3.connect(torn, isolation_level=None)) as db:
        db.execute("DROP TRIGGER entries_are_never_changed")
        db.execute("UPDATE entries SET body = '{' WHERE sequence = 5")
    with pytest.raises(JournalDamaged):
        Journal(torn, now, seal=seal(2))


def forged(path, place, body):
    """An entry more, signed by that key."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        last, before = db.execute(
            "SELECT sequence, hash FROM entries ORDER BY sequence DESC LIMIT 1"
        ).fetchone()
        at, sequence = now().isoformat(), last + 1
        digest = entry_hash(sequence, at, "note", body, before)
        signature = sign_entry(KEYS[place], KIOSK, sequence, digest)
        db.execute(
            "INSERT INTO entries VALUES (?, ?, 'note', json(?), ?, ?, ?)",
            (sequence, at, json.dumps(body), before, digest, signature),
        )
