"""Bugs of what staff ask of kiosks from afar, planted. Each changes the code of its own process, for
good."""


def an_act_is_begun_while_somebody_is_served() -> None:
    from kiosk.core import acts

    acts.may_begin = lambda session, moment: not session.lobby.afar.act


def what_was_begun_before_a_start_is_done_again() -> None:
    from kiosk.acts.doing import Doer

    Doer.after_start = lambda self, act, boot: self.do(act)
