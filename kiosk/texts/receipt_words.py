"""The words of a receipt, out of the catalogue of its language."""

from functools import partial

from contract.money import Locale
from kiosk.core.receipt import Speech
from kiosk.texts.catalogue import say


def speech(language: Locale) -> Speech:
    return Speech(language, partial(say, language))
