"""Staff end what no terminal can decide: at a kiosk that stands still, once, and never for a phone."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from kiosk.central.identity import Identity, save
from kiosk.core.payment import apply_fact
from kiosk.journal.audit import breaches
from kiosk.journal.journal import Journal, verify
from kiosk.single_instance import alone
from lobbypay.cli import main
from tests.kiosk.core.story import START, Story

ME = Identity("id-3", "K03", "lakeside", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def created(method: Method = Method.CARD):
    return Story.paying(method).payment.model_copy(
        update={"state": PaymentState.CREATED, "version": 1}
    )


REFERENCE = created().reference


class Kiosk:
    """A kiosk that stands still, as staff at its keyboard meet it."""

    def __init__(self, folder, capsys) -> None:
        self.folder, self.config, self._capsys = folder, folder / "kiosk.toml", capsys
        self.config.write_text('data_dir = "."\n[server]\nurl = "http://127.0.0.1:9"\n')
        save(folder, ME)
        self.path = folder / "journal.sqlite3"

    def journal(self) -> Journal:
        return Journal(self.path, lambda: START, seal=ME.seal)

    def lost(self, method: Method = Method.CARD) -> None:
        """A payment was asked for, and what became of it nobody heard."""
        record = created(method)
        asked = apply_fact(record, Fact.SUBMITTED, START)
        journal = self.journal()
        for each in (
            record,
            asked,
            apply_fact(asked, Fact.UNANSWERED, START, reason="nexo.forgotten"),
        ):
            journal.append_payment(each)
        journal.close()

    def settles(self, *words: str) -> tuple[int, str, str]:
        code = main(["journal", "settle", *words, "--config", str(self.config)])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def stands(self):
        journal = self.journal()
        found = journal.payment(created().payment_id)
        open_ones, last = journal.unfinished(), journal.last_sequence
        journal.close()
        return found, open_ones, last


@pytest.fixture
def kiosk(tmp_path, capsys):
    return Kiosk(tmp_path, capsys)


@pytest.mark.parametrize("end", ["approved", "declined", "cancelled", "reversed"])
def test_what_staff_found_out_ends_the_payment(kiosk, end):
    kiosk.lost()
    code, out, err = kiosk.settles(REFERENCE, end, "--yes")
    assert (code, err) == (0, "")
    for known in (REFERENCE, "632.08", "3-2-1201", "nexo.forgotten", f"entry 4: {REFERENCE}"):
        assert known in out
    found, open_ones, _ = kiosk.stands()
    assert (found.state, found.reason, found.version) == (PaymentState(end), "staff", 4)
    assert found.changed_at > START
    assert open_ones == [], "the next start has nothing to ask about, and cards are offered"
    assert verify(kiosk.path, ME.seal.public_key) == 4
    assert list(breaches(kiosk.path)) == []


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("y", 1), ("", 1), (None, 1)])
def test_it_is_written_only_after_a_clear_yes(kiosk, monkeypatch, answer, code):
    def typed(question):
        assert "cannot be taken back" in question
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr("builtins.input", typed)
    kiosk.lost()
    ended, out, _ = kiosk.settles(REFERENCE, "approved")
    assert ended == code
    assert ("Nothing was written" in out) is bool(code)
    assert kiosk.stands()[2] == (3 if code else 4)


def test_a_kiosk_at_work_is_left_alone(kiosk):
    kiosk.lost()
    with alone(kiosk.folder):
        code, _, err = kiosk.settles(REFERENCE, "approved", "--yes")
    assert code == 2
    assert "systemctl stop lobbypay-kiosk" in err
    assert kiosk.stands()[2] == 3


def test_a_reference_that_does_not_exist_is_said_with_those_that_are_in_doubt(kiosk):
    kiosk.lost()
    code, _, err = kiosk.settles("K03-999999", "approved", "--yes")
    assert code == 2
    assert "there is no payment K03-999999" in err
    assert f"in doubt: {REFERENCE}" in err


def test_what_is_known_is_not_settled_anew(kiosk):
    kiosk.lost()
    assert kiosk.settles(REFERENCE, "cancelled", "--yes")[0] == 0
    code, _, err = kiosk.settles(REFERENCE, "approved", "--yes")
    assert code == 2
    assert f"{REFERENCE} is cancelled already, since 20" in err
    assert kiosk.stands()[2] == 4


def test_of_a_phones_payment_the_channel_knows(kiosk):
    kiosk.lost(Method.WECHAT)
    code, _, err = kiosk.settles(REFERENCE, "approved", "--yes")
    assert code == 2
    assert "wechat" in err
    assert "the server asks for it" in err
    assert kiosk.stands()[2] == 3


def test_what_never_reached_the_terminal_is_not_made_a_payment(kiosk):
    journal = kiosk.journal()
    journal.append_payment(created())
    journal.close()
    code, _, err = kiosk.settles(REFERENCE, "approved", "--yes")
    assert code == 2
    assert "never reached the terminal" in err


def test_where_there_is_nothing_to_settle_nothing_is_made(kiosk):
    code, _, err = kiosk.settles(REFERENCE, "approved", "--yes")
    assert code == 2
    assert "there is no journal" in err
    assert not kiosk.path.exists()
    kiosk.config.write_text("data_dir = 3\n")
    code, _, err = kiosk.settles(REFERENCE, "approved", "--yes")
    assert code == 2
    assert "kiosk.toml:1: data_dir" in err


def test_only_the_kiosk_that_wrote_a_journal_can_settle_in_it(kiosk):
    kiosk.lost()
    (kiosk.folder / "identity.json").unlink()
    code, _, err = kiosk.settles(REFERENCE, "approved", "--yes")
    assert code == 2
    assert "the kiosk that wrote it" in err
    save(kiosk.folder, Identity("id-4", "K04", "lakeside", Ed25519PrivateKey.generate()))
    code, _, err = kiosk.settles(REFERENCE, "approved", "--yes")
    assert code == 2
    assert "another identity" in err
    kiosk.path.write_bytes(b"no database" * 100)
    assert kiosk.settles(REFERENCE, "approved", "--yes")[0] == 2
