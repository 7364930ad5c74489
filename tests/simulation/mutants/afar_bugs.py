"""Bugs of what staff ask of kiosks from afar, planted. Each changes the code of its own process, for
good."""


def an_act_is_begun_while_somebody_is_served() -> None:
    from kiosk.core import acts

    acts.may_begin = lambda session, moment: not session.lobby.afar.act


def what_was_begun_before_a_start_is_done_again() -> None:
    from kiosk.acts.doing import Doer

    Doer.after_start = lambda self, act, boot: self.do(act)


def a_kiosks_next_key_counts_before_it_has_signed() -> None:
    from server.fleet import key_changes

    offer = key_changes.offer

    def at_once(kiosk, change, by, reason, now):
        offer(kiosk, change, by, reason, now)
        kiosk.next_key = change.public_key
        key_changes.begin(kiosk, now)

    key_changes.offer = at_once


def a_kiosk_forgets_the_keys_before_its_own() -> None:
    from dataclasses import replace

    from kiosk.central.identity import Identity

    Identity.with_key = lambda self, key, act_id: replace(self, key=key, key_act=act_id)


def entries_signed_before_a_kiosk_changed_its_key_are_a_strangers() -> None:
    from server.api import authentication
    from server.fleet import key_changes
    from server.fleet.models import Kiosk

    begin = key_changes.begin

    def forgetful(kiosk, now):
        mine = begin(kiosk, now)
        Kiosk.objects.filter(pk=kiosk.pk).update(journal_key="")
        kiosk.journal_key = ""
        return mine

    authentication.key_changes.begin = forgetful
