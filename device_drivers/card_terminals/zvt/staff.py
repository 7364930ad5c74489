"""What ZVT's codes say to staff: what is wrong, how bad it is, and what to do, in Chinese and English.

Sources: PA00P015 ch. 10 (results), ch. 11 (terminal status) with their recovery, tag 1F55 (locks).
"""

from device_drivers.card_terminals import interface
from device_drivers.card_terminals.zvt import texts
from device_drivers.card_terminals.zvt.answers import TerminalState
from device_drivers.card_terminals.zvt.tables import (
    STATUS_BYTE,
    TERMINAL_LOCKS,
    TERMINAL_STATUS,
    Meaning,
)
from device_drivers.status import Condition, Level

Words = dict[str, str]


def _words(zh: str, en: str) -> Words:
    return {"zh": zh, "en": en}


_INITIALISE = _words(
    "停止缴费机程序后运行 lobbypay zvt initialise；仍不行请联系终端服务商",
    "Stop the kiosk, run lobbypay zvt initialise; else call the terminal's provider",
)
_DIAGNOSE = _words(
    "停止缴费机程序后运行 lobbypay zvt diagnosis；仍不行请联系终端服务商",
    "Stop the kiosk, run lobbypay zvt diagnosis; else call the terminal's provider",
)
_CLOSE_THE_DAY = _words(
    "确认没有待核实的银行卡付款，停止缴费机程序后运行 lobbypay zvt end-of-day",
    "Make sure that no card payment is in doubt, stop the kiosk, run lobbypay zvt end-of-day",
)
_LOAD = _words(
    "请终端服务商远程更新终端的软件和卡种设置",
    "Ask the terminal's provider to load its software and card profiles anew",
)
_TAKE_CARD = _words("请取出读卡口里的卡", "Take the card out of the reader")
_TECHNICIAN = _words(
    "请终端服务商派人维修或更换终端", "Have the provider repair or replace the terminal"
)
_PROVIDER = _words(
    "请联系银行卡终端的服务商，并告知代码", "Call the terminal's provider and tell the code"
)
_NETWORK = _words(
    "检查终端的网络连接；能连上银行后会自动恢复",
    "Check the terminal's network; it recovers once it reaches the bank",
)
_WAIT = _words("请稍候；超过十分钟仍如此请重启终端", "Wait; after ten minutes restart the terminal")
_CURRENCY = _words(
    "核对配置里的币种，并请终端服务商开通",
    "Check the currency in the configuration; have it enabled",
)
_POWER = _words("检查终端的电源适配器和电源线", "Check the terminal's power supply and cable")
_PRINTER = _words(
    "检查缴费机打印机的纸和状态，或终端自带的打印机",
    "Check paper and state of the kiosk's printer, or of the terminal's own",
)
_FLAP = _words("检查读卡口挡板有没有被卡住", "Check whether something blocks the reader's flap")
_RESTART_KIOSK = _words("重新启动缴费机程序", "Restart the kiosk's program")

_BY_RECOVERY = {
    "06 93": _INITIALISE,
    "06 70": _DIAGNOSE,
    "06 91": _DIAGNOSE,
    "06 50": _CLOSE_THE_DAY,
    "06 51": _NETWORK,
    "06 00": _RESTART_KIOSK,
    "06 B0": _TAKE_CARD,
    "take ": _TAKE_CARD,
    "put t": _TAKE_CARD,
    "08 10": _LOAD,
    "wait": _WAIT,
    "techn": _TECHNICIAN,
}  # by its first five characters
_BY_CODE = {0x6F: _CURRENCY, 0xC6: _CURRENCY, 0xCB: _CURRENCY, 0xCC: _PRINTER, 0xBF: _POWER}
_BY_CODE |= {0xE3: _FLAP, 0x9C: _WAIT, 0xE0: _WAIT}
_BY_WHO = {"terminal": _TECHNICIAN, "retry": _NETWORK, "resident": _TAKE_CARD}
_PASSES = frozenset({0x64, 0x9C, 0xDC, 0xE1, 0xE3})  # terminal states that pass without staff
_UNKNOWN = _words("银行卡终端报告了未知状态", "The card terminal reports an unknown state")


def _remedy(code: int, meaning: Meaning | None) -> Words:
    if code in _BY_CODE:
        return _BY_CODE[code]
    if meaning is None:
        return _PROVIDER
    by_who = _BY_WHO.get(meaning.who_acts, _PROVIDER)
    return _BY_RECOVERY.get(meaning.recovery[:5], by_who)


def _said(code: int, meaning: Meaning | None) -> Words:
    words = texts.both(meaning) if meaning else _UNKNOWN
    return {language: f"{text} ({code:02X})" for language, text in words.items()}


def status_condition(code: int) -> Condition | None:
    """What a terminal status (ch. 11) says about the device; None when it is ready."""
    if code == texts.READY:
        return None
    meaning = TERMINAL_STATUS.get(code)
    level = Level.WARNING if code in _PASSES else Level.ERROR
    name = f"card_terminal.status_{code:02x}"
    return Condition(level, name, _said(code, meaning), _remedy(code, meaning))


def result_condition(code: int) -> Condition | None:
    """What the result of a payment (ch. 10) says about the device; None if it says nothing, as when
    the bank or the resident refused."""
    meaning = texts.result_meaning(code)
    if meaning is not None and meaning.who_acts in ("none", "resident"):
        return None
    broken = meaning is not None and (meaning.who_acts == "terminal" or _needs_staff(meaning))
    level = Level.ERROR if broken else Level.WARNING
    name = f"card_terminal.result_{code:02x}"
    return Condition(level, name, _said(code, meaning), _remedy(code, meaning))


def _needs_staff(meaning: Meaning) -> bool:
    """No payment will work until staff did something."""
    return meaning.who_acts == "staff" and bool(meaning.recovery)


_LOCK_LEVELS = {  # what does not keep residents from paying
    (0, 0x04): Level.WARNING,  # its own printer
    (1, 0x20): Level.WARNING,  # a card was left
    (1, 0x04): Level.WARNING,  # battery
    (1, 0x02): Level.WARNING,  # no contactless cards
    (1, 0x01): Level.WARNING,  # vending bus, not used
}
_LOCK_REMEDIES = {
    (0, 0x80): _CLOSE_THE_DAY,
    (0, 0x40): _INITIALISE,
    (0, 0x20): _DIAGNOSE,
    (0, 0x04): _PRINTER,
    (0, 0x02): _RESTART_KIOSK,
    (1, 0x20): _TAKE_CARD,
    (1, 0x04): _POWER,
}


def lock_conditions(locks: bytes) -> tuple[Condition, ...]:
    """Tag 1F55: a bit for each thing that keeps the terminal from working."""
    return tuple(
        Condition(
            _LOCK_LEVELS.get((index, bit), Level.ERROR),
            f"card_terminal.lock_{index}{bit:02x}",
            _words(f"银行卡终端：{meaning.zh}", f"Card terminal: {meaning.en}"),
            _LOCK_REMEDIES.get((index, bit), _TECHNICIAN),
        )
        for index, (byte, meanings) in enumerate(zip(locks, TERMINAL_LOCKS, strict=False))
        for bit, meaning in meanings.items()
        if byte & bit
    )


def state_conditions(state: TerminalState) -> tuple[Condition, ...]:
    """The answer to 05 01."""
    status = status_condition(state.code)
    return (*((status,) if status else ()), *lock_conditions(state.locks))


def registration_conditions(status_byte: int) -> tuple[Condition, ...]:
    """What the answer to the registration (BMP 19) asks for."""
    wanted = {
        0x01: ("initialisation", _INITIALISE),
        0x02: ("diagnosis", _DIAGNOSE),
        0x04: ("opt_action", _PROVIDER),
    }
    return tuple(
        Condition(Level.ERROR, f"card_terminal.needs_{name}", texts.both(STATUS_BYTE[bit]), remedy)
        for bit, (name, remedy) in wanted.items()
        if status_byte & bit
    )


NO_DETAILS = Condition(
    Level.WARNING,
    "card_terminal.no_details",
    _words(
        "银行卡终端不报告上一笔交易：付款结果不明时只能人工核实",
        "The card terminal does not tell its last transaction: a payment in doubt needs people",
    ),
    _words(
        "请终端服务商关闭在终端上手动收款的功能（无人值守设置）",
        "Have the provider block payments from the terminal's keypad (unattended mode)",
    ),
)
CANNOT_REVERSE = Condition(
    Level.WARNING,
    interface.CANNOT_REVERSE,
    _words(
        "银行卡终端不给出凭证号：这里无法撤销它的付款",
        "The card terminal gives no receipt number: its payments cannot be taken back from here",
    ),
    _words(
        "请终端服务商让终端在结果中给出凭证号；在此之前需要撤销的付款在终端上撤销",
        "Have the provider let results carry the receipt number; until then reverse at the terminal",
    ),
)
NOT_REACHABLE = Condition(
    Level.ERROR,
    "card_terminal.not_reachable",
    _words("连接不上银行卡终端", "The card terminal cannot be reached"),
    _words(
        "检查终端的电源和网线或数据线，确认地址设置正确",
        "Check the terminal's power and cable, and that its address is set right",
    ),
)
NOT_UNDERSTOOD = Condition(
    Level.ERROR,
    "card_terminal.no_answer",
    _words("银行卡终端没有正确回应", "The card terminal does not answer as it should"),
    _words("重启银行卡终端", "Restart the card terminal"),
)
REFUSES = Condition(
    Level.ERROR,
    "card_terminal.refuses",
    _words("银行卡终端拒绝登录", "The card terminal refuses the registration"),
    _words(
        "核对配置里的终端密码和币种",
        "Check the terminal's password and currency in the configuration",
    ),
)


def refuses_because(code: int) -> Condition:
    """``REFUSES`` with the result code (ch. 10) that the terminal told behind its no."""
    meaning = texts.result_meaning(code)
    why = _said(code, meaning)
    words = {language: f"{said}: {why[language]}" for language, said in REFUSES.staff.items()}
    return Condition(REFUSES.level, REFUSES.code, words, _remedy(code, meaning))
