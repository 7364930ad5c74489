"""What ZVT's codes say to residents and to staff, in Chinese and English. Never decides about money."""

from device_drivers.card_terminals.interface import CardStep, StepKind
from device_drivers.card_terminals.zvt.tables import (
    HOST_DECLINED,
    RESULT_CODES,
    STATUS_BYTE,
    STEPS,
    TERMINAL_STATUS,
    Meaning,
)
from device_drivers.status import Condition, Level

ABORTED = 0x6C
READY = 0x00
BUSY = 0x9C
CARD_LEFT = frozenset({0xDC, 0xE1})

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


def _both(meaning: Meaning) -> dict[str, str]:
    return {"zh": meaning.zh, "en": meaning.en}


def step(code: int) -> CardStep:
    """Where the resident is, from the code of an intermediate status (04 FF, 3.7)."""
    shown = f"{code:02X}"
    if code in _TEXT_ON_TERMINAL or code not in STEPS:
        return CardStep(StepKind.OTHER, shown, _SEE_TERMINAL)
    meaning, remove_card = STEPS[code]
    kind = StepKind.REMOVE_CARD if remove_card else _KIND_OF_CODE.get(code, StepKind.OTHER)
    return CardStep(kind, shown, _both(meaning))


def result_message(code: int) -> dict[str, str]:
    """For the resident. What only staff can mend is not explained to residents (ch. 10)."""
    if code == 0:
        return PAID
    meaning = RESULT_CODES.get(code, HOST_DECLINED if code <= 0x63 else None)
    if meaning is None or meaning.who_acts not in ("resident", "retry"):
        return _ANOTHER_WAY
    return _both(meaning)


def result_detail(code: int) -> str:
    """For the log and for staff."""
    meaning = RESULT_CODES.get(code, HOST_DECLINED if code <= 0x63 else None)
    return f"{code:02X} {meaning.en if meaning else 'unknown code'}"


_REMEDIES = {
    0x51: ("重新启动缴费机；仍不行请联系终端服务商", "Restart the kiosk; else call the provider"),
    0x62: ("在终端上做一次诊断以校准时间", "Run a diagnosis on the terminal to set its clock"),
    0x9C: ("请稍候；超过十分钟仍忙请重启终端", "Wait; after ten minutes restart the terminal"),
    0xC2: ("在终端上做一次诊断", "Run a diagnosis on the terminal"),
    0xDC: ("请取出读卡口里的卡", "Take the card out of the reader"),
    0xE1: ("请取出读卡口里的卡", "Take the card out of the reader"),
    0xF0: ("在终端上做一次结算", "Run the end of day on the terminal"),
}  # fmt: skip
_UNKNOWN = {"zh": "银行卡终端报告了未知状态", "en": "The card terminal reports an unknown state"}
_CALL_PROVIDER = {
    "zh": "请联系银行卡终端的服务商",
    "en": "Call the provider of the card terminal",
}
_WAITS = frozenset({0x9C, 0xDC, 0xE1, 0xE3})  # passes without staff


def terminal_condition(code: int) -> Condition | None:
    """What a terminal status (ch. 11) says about the device; None when it is ready."""
    if code == READY:
        return None
    meaning = TERMINAL_STATUS.get(code)
    staff = _both(meaning) if meaning else _UNKNOWN
    remedy = _REMEDIES.get(code)
    return Condition(
        Level.WARNING if code in _WAITS else Level.ERROR,
        f"card_terminal.status_{code:02x}",
        {language: f"{words} ({code:02X})" for language, words in staff.items()},
        {"zh": remedy[0], "en": remedy[1]} if remedy else _CALL_PROVIDER,
    )


def registration_conditions(status_byte: int) -> tuple[Condition, ...]:
    """What the answer to the registration (BMP 19) asks for."""
    wanted = {0x01: "initialisation", 0x02: "diagnosis", 0x04: "opt_action"}
    return tuple(
        Condition(
            Level.ERROR,
            f"card_terminal.needs_{code}",
            _both(STATUS_BYTE[mask]),
            _CALL_PROVIDER,
        )
        for mask, code in wanted.items()
        if status_byte & mask
    )


NOT_REACHABLE = Condition(
    Level.ERROR,
    "card_terminal.not_reachable",
    {"zh": "连接不上银行卡终端", "en": "The card terminal cannot be reached"},
    {
        "zh": "检查终端的电源和网线或数据线，确认地址设置正确",
        "en": "Check the terminal's power and cable, and that its address is set right",
    },
)
NOT_UNDERSTOOD = Condition(
    Level.ERROR,
    "card_terminal.no_answer",
    {"zh": "银行卡终端没有正确回应", "en": "The card terminal does not answer as it should"},
    {"zh": "重启银行卡终端", "en": "Restart the card terminal"},
)
REFUSES = Condition(
    Level.ERROR,
    "card_terminal.refuses",
    {"zh": "银行卡终端拒绝登录", "en": "The card terminal refuses the registration"},
    {
        "zh": "核对配置里的终端密码和币种",
        "en": "Check the terminal's password and currency in the configuration",
    },
)
