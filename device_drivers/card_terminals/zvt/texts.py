"""What ZVT's codes say to residents, in Chinese and English. Never decides about money."""

from device_drivers.card_terminals.interface import CardStep, StepKind
from device_drivers.card_terminals.zvt.tables import (
    HOST_DECLINED,
    RESULT_CODES,
    STEPS,
    Meaning,
)

ABORTED = 0x6C
READY = 0x00
BUSY = 0x9C

_KINDS = {
    StepKind.PRESENT_CARD: (0x0A, 0x0C, 0x2A),
    StepKind.ENTER_PIN: (0x01, 0x02, 0x15, 0xCC),
    StepKind.ASKING_BANK: (0x04, 0x06, 0x2B, 0xD2, 0xD3),
    StepKind.CANCELLING: (0x05, 0x0D),
}
_KIND_OF_CODE = {code: kind for kind, codes in _KINDS.items() for code in codes}
_SEE_TERMINAL = {
    "zh": "请看银行卡终端上的提示",
    "en": "Please follow the card terminal's display",
}
_TEXT_ON_TERMINAL = frozenset({0x4A, 0xFF})  # no text defined; text in the terminal's language
_ANOTHER_WAY = {
    "zh": "银行卡终端暂时无法处理，请换一种付款方式",
    "en": "The card terminal cannot do this now. Please pay another way.",
}
NOT_RECORDED = {
    "zh": "这笔付款没有完成，没有扣款。请再试一次或换一种付款方式",
    "en": "The payment was not made and no money was taken. Please try again or pay another way.",
}
REVERSED = {"zh": "这笔付款已经撤销", "en": "This payment was taken back"}
PAID = {"zh": "付款成功", "en": "Paid"}


def both(meaning: Meaning) -> dict[str, str]:
    return {"zh": meaning.zh, "en": meaning.en}


def step(code: int, shown: str = "") -> CardStep:
    """Where the resident is, from the code of an intermediate status (04 FF, 3.7). ``shown`` is the
    terminal's own text, in its own language."""
    name = f"{code:02X}"
    if code in _TEXT_ON_TERMINAL or code not in STEPS:
        return CardStep(StepKind.OTHER, name, _SEE_TERMINAL, shown)
    meaning, remove_card = STEPS[code]
    kind = StepKind.REMOVE_CARD if remove_card else _KIND_OF_CODE.get(code, StepKind.OTHER)
    return CardStep(kind, name, both(meaning), shown)


def result_message(code: int) -> dict[str, str]:
    """For the resident. What only staff can mend is not explained to residents (ch. 10)."""
    if code == 0:
        return PAID
    meaning = result_meaning(code)
    if meaning is None or meaning.who_acts not in ("resident", "retry"):
        return _ANOTHER_WAY
    return both(meaning)


def result_meaning(code: int) -> Meaning | None:
    """Ch. 10; the codes 01 to 63 are the bank's own."""
    return RESULT_CODES.get(code, HOST_DECLINED if 0 < code <= 0x63 else None)


def result_detail(code: int) -> str:
    """For the log."""
    meaning = result_meaning(code)
    return f"{code:02X} {meaning.en if meaning else 'unknown code'}"
