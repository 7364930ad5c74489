"""Which speller this machine has: librime, or the word list where it has none."""

import structlog

from kiosk.pinyin.rime import NoRime, Rime
from kiosk.pinyin.spelling import Speller
from kiosk.pinyin.word_list import WordList

log = structlog.get_logger("pinyin")


def speller() -> Speller:
    """To be asked from this thread alone."""
    try:
        return Rime()
    except NoRime as none:
        log.warning("pinyin_by_word_list", why=str(none))
        return WordList()
