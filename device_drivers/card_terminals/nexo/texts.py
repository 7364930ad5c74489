"""What the Terminal API's words say to residents and to staff, in Chinese and English."""

from dataclasses import dataclass

from device_drivers.card_terminals.interface import CardStep, Outcome, StepKind
from device_drivers.status import Condition, Level


def _both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


PAID = _both("付款成功", "Paid")
TAKEN_BACK = _both("这笔付款已撤销，款项会退回原卡", "The payment was taken back to the card.")
NOT_RECORDED = _both(
    "这笔付款没有完成，款项会退回原卡，可能需要几天。请换一种付款方式",
    "The payment was not made. The money goes back to your card, which may take some days."
    " Please pay another way.",
)
NOT_ASKED = _both("付款已取消，没有扣款", "Cancelled. No money was taken.")
_ANOTHER_WAY = _both(
    "银行卡终端暂时无法处理，请换一种付款方式",
    "The card terminal cannot do this now. Please pay another way.",
)


@dataclass(frozen=True)
class Meaning:
    """Of an ErrorCondition (docs.adyen.com, Handle responses). ``stopped``: a person ended it."""

    staff: dict[str, str]
    resident: dict[str, str] | None = None  # None: only staff can mend it
    stopped: bool = False


CONDITIONS = {
    "Aborted": Meaning(
        _both("付款被自助机取消", "The kiosk stopped the payment"), NOT_ASKED, stopped=True
    ),
    "Cancel": Meaning(
        _both("付款在终端上被取消", "The payment was cancelled at the terminal"),
        NOT_ASKED,
        stopped=True,
    ),
    "Refusal": Meaning(
        _both("银行拒绝了付款", "The bank refused the payment"),
        _both(
            "银行没有批准这笔付款，没有扣款。请换一张卡或换一种付款方式",
            "The bank did not approve. No money was taken. Please use another card or pay another way.",
        ),
    ),
    "WrongPIN": Meaning(
        _both("密码错误", "Wrong PIN"),
        _both("密码不正确，没有扣款。请重试", "Wrong PIN. No money was taken. Please try again."),
    ),
    "InvalidCard": Meaning(
        _both("终端不接受这张卡", "The terminal does not take this card"),
        _both(
            "不能使用这张卡，没有扣款。请换一张卡",
            "This card cannot be used. No money was taken. Please use another card.",
        ),
    ),
    "InsertedCard": Meaning(
        _both("读卡口里还有卡", "A card was left in the reader"),
        _both("请先取出读卡口里的卡，再试一次", "Please take out the card first and try again."),
    ),
    "PaymentRestriction": Meaning(
        _both("这张卡不能用于这种付款", "The card is restricted for such payments"),
        _both(
            "这张卡不能用于这种付款，没有扣款。请换一张卡",
            "This card is restricted. No money was taken. Please use another card.",
        ),
    ),
    "UnreachableHost": Meaning(
        _both("终端连接不上支付平台", "The terminal cannot reach the payment platform"),
        _both(
            "终端暂时连接不上银行，没有扣款。请稍后再试或换一种付款方式",
            "The terminal cannot reach the bank. No money was taken. Please pay another way.",
        ),
    ),
    "Busy": Meaning(
        _both("终端正忙", "The terminal is busy"),
        _both("终端正忙，请稍后再试", "The terminal is busy. Please try again in a moment."),
    ),
    "DeviceOut": Meaning(_both("终端设备故障", "A device of the terminal is out of order")),
    "InProgress": Meaning(_both("付款仍在进行", "A transaction is still in progress")),
    "LoggedOut": Meaning(_both("终端已退出登录", "The terminal is logged out")),
    "MessageFormat": Meaning(
        _both("终端看不懂请求", "The terminal did not understand the request")
    ),
    "NotAllowed": Meaning(_both("终端不允许这项操作", "The terminal does not allow this")),
    "NotFound": Meaning(_both("终端没有这笔付款", "The terminal does not know the payment")),
    "UnavailableDevice": Meaning(
        _both("终端设备不可用", "A device of the terminal is unavailable")
    ),
    "UnavailableService": Meaning(_both("终端服务不可用", "The terminal offers no such service")),
}


def outcome(condition: str) -> Outcome:
    meaning = CONDITIONS.get(condition)
    return Outcome.CANCELLED if meaning and meaning.stopped else Outcome.DECLINED


def resident(condition: str) -> dict[str, str]:
    """For the resident. What only staff can mend is not explained to residents."""
    meaning = CONDITIONS.get(condition)
    return (meaning.resident if meaning else None) or _ANOTHER_WAY


PRESENT_CARD = CardStep(
    StepKind.PRESENT_CARD,
    "sent",
    _both("请在刷卡机上插卡、刷卡或贴卡", "Insert, swipe or tap your card"),
)
ASKING = CardStep(
    StepKind.OTHER,
    "asked_again",
    _both("正在向终端核实，请稍候", "Checking with the terminal, please wait"),
)
_CARD_SEEN = _both(
    "已读到卡，请按终端上的提示操作", "Card read. Please follow the terminal's display"
)
_CHOOSE = _both("请在终端上选择", "Please choose on the terminal")
_SEE_TERMINAL = _both("请看银行卡终端上的提示", "Please follow the card terminal's display")


def _event(kind: StepKind, name: str, text: dict[str, str]) -> tuple[str, CardStep]:
    return name, CardStep(kind, name, text)


EVENTS = dict(  # of display notifications; others say nothing to a resident
    (
        _event(StepKind.PRESENT_CARD, "TENDER_CREATED", PRESENT_CARD.text),
        _event(StepKind.OTHER, "CARD_INSERTED", _CARD_SEEN),
        _event(StepKind.OTHER, "CARD_PRESENTED", _CARD_SEEN),
        _event(StepKind.OTHER, "CARD_SWIPED", _CARD_SEEN),
        _event(StepKind.OTHER, "WAIT_FOR_APP_SELECTION", _CHOOSE),
        _event(StepKind.OTHER, "ASK_DCC", _CHOOSE),
        _event(StepKind.OTHER, "ASK_SIGNATURE", _SEE_TERMINAL),
        _event(
            StepKind.ENTER_PIN,
            "WAIT_FOR_PIN",
            _both("请在终端上输入密码", "Please enter your PIN on the terminal"),
        ),
        _event(
            StepKind.ASKING_BANK,
            "PIN_ENTERED",
            _both("正在联系银行，请稍候", "Asking the bank, please wait"),
        ),
    )
)
CANCELLING = CardStep(StepKind.CANCELLING, "abort", _both("正在取消", "Cancelling"))


_CALL_PROVIDER = _both("请联系银行卡终端的服务商", "Call the provider of the card terminal")
NOT_REACHABLE = Condition(
    Level.ERROR,
    "card_terminal.not_reachable",
    _both("连接不上银行卡终端", "The card terminal cannot be reached"),
    _both(
        "检查终端的电源和网络，确认地址设置正确",
        "Check the terminal's power and network, and that its address is set right",
    ),
)
NOT_UNDERSTOOD = Condition(
    Level.ERROR,
    "card_terminal.no_answer",
    _both("银行卡终端没有正确回应", "The card terminal does not answer as it should"),
    _both("重启银行卡终端", "Restart the card terminal"),
)
OTHER_CERTIFICATE = Condition(
    Level.ERROR,
    "card_terminal.certificate",
    _both(
        "该地址上的设备不是配置的终端", "What answers there cannot prove that it is our terminal"
    ),
    _both(
        "核对终端的地址、poi_id 和根证书文件；不相符就不要使用这台终端",
        "Check the address, poi_id and the root certificate file; if they are right, do not use it",
    ),
)
OTHER_KEY = Condition(
    Level.ERROR,
    "card_terminal.shared_key",
    _both("终端与缴费机的共享密钥不一致", "Terminal and kiosk do not have the same shared key"),
    _both(
        "核对密钥标识、版本和口令文件，然后在终端上更新配置",
        "Check the key's identifier, version and passphrase file, then update the terminal's settings",
    ),
)
NO_PASSPHRASE = Condition(
    Level.ERROR,
    "card_terminal.passphrase_file",
    _both("读不到终端的口令文件", "The terminal's passphrase file cannot be read"),
    _both(
        "检查口令文件是否存在、可读、不为空", "Check that the file is there, readable and not empty"
    ),
)
BUSY = Condition(
    Level.WARNING,
    "card_terminal.busy",
    _both("银行卡终端正忙", "The card terminal is busy"),
    _both("请稍候；超过十分钟仍忙请重启终端", "Wait; after ten minutes restart the terminal"),
)
MAINTENANCE = Condition(
    Level.ERROR,
    "card_terminal.maintenance",
    _both("银行卡终端正在维护", "The card terminal is in maintenance"),
    _both(
        "等待维护结束；长时间不结束请联系服务商", "Wait until it is done, else call the provider"
    ),
)
NO_HOST = Condition(
    Level.ERROR,
    "card_terminal.host_unreachable",
    _both("终端连接不上支付平台", "The terminal cannot reach the payment platform"),
    _both("检查终端的网络和互联网连接", "Check the terminal's network and the internet connection"),
)
NOT_WELL = Condition(
    Level.ERROR,
    "card_terminal.out_of_order",
    _both("银行卡终端报告故障", "The card terminal reports a fault"),
    _CALL_PROVIDER,
)
NO_DISPLAYS = Condition(
    Level.WARNING,
    "card_terminal.no_notifications",
    _both("收不到终端的进度通知", "The terminal's notifications cannot be received"),
    _both(
        "检查 display_port 是否被占用、display_certificate 是否可读；付款不受影响",
        "Check that display_port is free and display_certificate readable; payments go on all the same",
    ),
)
UNSENT = Condition(
    Level.WARNING,
    "card_terminal.unsent_payments",
    _both("终端里有尚未上送的付款", "The terminal holds payments that it has not sent yet"),
    _both("检查终端的互联网连接", "Check the terminal's internet connection"),
)
