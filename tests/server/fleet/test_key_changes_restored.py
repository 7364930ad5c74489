"""A kiosk's key was replaced, and then a server came back with an earlier backup, or the machine with
a key that it had before: nobody is locked out, and all of the journal is taken."""

import pytest
from django.utils import timezone

from kiosk.central import identity
from kiosk.runtime.without_identity import keep
from server.fleet import enrolment, reenrolment
from server.fleet.models import Kiosk, RetiredKey

pytestmark = pytest.mark.django_db


def test_a_server_that_came_back_with_an_older_backup_is_told_again(machine):
    machine.works()
    before = Kiosk.objects.get()
    machine.replaces_its_key()
    machine.again()
    machine.writes("by the new key")
    machine.client.config()
    RetiredKey.objects.all().delete()
    before.save()
    assert Kiosk.objects.get().public_key == machine.first
    machine.client.config()
    held = Kiosk.objects.get()
    assert (held.public_key, held.journal_key) == (machine.key, machine.first)
    machine.writes("after the backup came back")
    machine.works()


def test_what_a_key_signed_that_the_backup_never_knew_may_come_again(machine):
    """Two changes after the backup: the server hears of the newest key only."""
    machine.works()
    before, knew = Kiosk.objects.get(), machine.journal.last_sequence
    for number in range(2):
        machine.replaces_its_key()
        machine.again()
        machine.writes(f"by key {number}")
        machine.client.config()
    RetiredKey.objects.all().delete()
    before.save()
    entries = machine.journal.after(knew, 100)
    for _ in range(2):  # the first answer is lost
        answer = machine.client.post_journal(entries)
        assert answer.acknowledged == machine.journal.last_sequence
    machine.works()


def test_however_often_the_key_was_changed_all_of_the_journal_may_come_again(machine):
    for number in range(enrolment.RETIRED_MAX + 2):
        machine.writes(f"by key {number}")
        machine.replaces_its_key()
        machine.again()
        machine.works()
    everything = machine.journal.after(0, 100)
    assert machine.client.post_journal(everything).acknowledged == machine.journal.last_sequence
    machine.works()


def test_a_backup_from_before_several_changes_knows_a_key_that_the_kiosk_still_has(machine):
    machine.works()
    before = Kiosk.objects.get()
    for number in range(6):
        machine.replaces_its_key()
        machine.again()
        machine.writes(f"by key {number}")
        machine.works()
    RetiredKey.objects.all().delete()
    before.save()
    machine.outbox.server_has(before.journal_sequence)  # as its answer to a heartbeat says
    assert machine.works().public_key == machine.key


def test_a_row_that_says_less_than_what_is_here_goes_on_by_the_newest_key(machine):
    machine.works()
    before = Kiosk.objects.get()
    machine.replaces_its_key()
    machine.again()
    machine.works()
    names = {"journal_sequence": before.journal_sequence, "journal_hash": before.journal_hash}
    Kiosk.objects.update(**names, journal_key=machine.first)
    machine.writes("on")
    machine.works()


def test_a_machine_that_is_paired_again_by_the_key_it_began_with_goes_on(machine):
    """Its disk kept that key: power was lost when it was first paired, or an old copy came back."""
    machine.works()
    machine.replaces_its_key()
    machine.again()
    machine.writes("by the next key")
    machine.works()
    first = machine.me.earlier[-1]
    enrolment.give_key(Kiosk.objects.get(), machine.first, timezone.now())
    begin = reenrolment.position_of(Kiosk.objects.get(), [], timezone.now())
    machine.journal.close()
    keep(machine.folder, identity.Identity(*machine.names, first), begin)
    machine.begin()
    machine.writes("paired again")
    machine.client.config()
    machine.outbox.deliver()
    held = Kiosk.objects.get()
    assert (held.journal_sequence, held.stopped) == (machine.journal.last_sequence, "")
