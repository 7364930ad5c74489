"""Bugs of hours and nights, planted. Each changes the code of its own process, for good."""


def a_kiosk_serves_while_it_is_closed() -> None:
    from contract.opening_hours import Standing
    from kiosk.core import resting

    resting._of_now = lambda session: Standing()


def the_night_has_no_limit() -> None:
    from kiosk.core import payment_flow

    payment_flow.over_night_limit = lambda lobby, minor: False


def cards_are_taken_at_any_hour() -> None:
    from kiosk.core import capabilities

    capabilities.night_without_cards = lambda lobby: False


def the_server_takes_any_amount_at_night() -> None:
    from server.payments import initiation

    initiation.check_night = lambda *asked: None
