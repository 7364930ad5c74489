"""A storyboard: what happens to a session, told in the words of the lobby."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.bill_code import BillCode, encode, key_id
from contract.heartbeat import DeviceReport
from contract.messages import (
    Bill,
    BillKey,
    BillLine,
    CardData,
    Community,
    KioskConfig,
    Method,
    PaymentState,
    PaymentView,
    Text,
    UnitAccount,
)
from contract.money import Money
from kiosk.core.effects import Effect, PrintReceipt
from kiosk.core.events import (
    AccountFound,
    CardAnswered,
    ConfigLoaded,
    DevicesSeen,
    Event,
    OrderMade,
    OrderSeen,
    ReceiptPrinted,
    RecoveryDone,
    ServerSeen,
    Tapped,
    Ticked,
)
from kiosk.core.model import Action, Moment, Screen, Session
from kiosk.core.session import step

START = datetime(2026, 11, 24, 14, 47, tzinfo=UTC)
BILL_SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def config(**changes: object) -> KioskConfig:
    base = KioskConfig(
        version="1",
        kiosk_code="K03",
        location=Text(zh="3号楼大堂", en="Lobby of Building 3"),
        community=Community(
            code="lakeside",
            name=Text(zh="湖畔花园", en="Lakeside Garden"),
            currency="CNY",
            time_zone="Asia/Shanghai",
            test=True,
            office_phone="0571-5555-0123",
        ),
        bill_keys=[
            BillKey(
                key_id=key_id(BILL_SIGNER.public_key()).hex(),
                public_key=_b64(BILL_SIGNER.public_key().public_bytes_raw()),
                not_after=date(2027, 12, 31),
            )
        ],
        methods=[Method.WECHAT, Method.ALIPAY, Method.CARD],
        second_factor=False,
        notices=[],
        public_url="https://pay.example.com",
        server_time=START,
    )
    return base.model_copy(update=changes)


def bill(month: int, minor: int, unit: str = "3-2-1201") -> Bill:
    line = BillLine(
        fee_item="property",
        name=Text(zh="物业服务费", en="Property fee"),
        amount_minor=minor,
        quantity="118.60",
        quantity_unit=Text(zh="㎡", en="m²"),
        rate="2.80",
    )
    return Bill(
        number=f"B2026{month:02d}-{unit}",
        unit=unit,
        period=f"2026-{month:02d}",
        amount_minor=minor,
        currency="CNY",
        due=date(2026, month, 28),
        lines=[line],
    )


def account(*bills: Bill) -> UnitAccount:
    return UnitAccount(
        unit="3-2-1201",
        label=Text(zh="3栋2单元1201", en="Building 3, Entrance 2, 1201"),
        payer="王*明",
        bills=list(bills),
        currency="CNY",
    )


def bill_url(number: str, community: str = "lakeside", signer: Ed25519PrivateKey = BILL_SIGNER):
    code = BillCode(community, number, "3-2-1201", Money(33208), date(2026, 11, 28))
    return encode(code, signer, "https://pay.example.com")


def devices(**levels: str) -> tuple[DeviceReport, ...]:
    roles = {"scanner": "ok", "card_terminal": "ok", "printer": "ok", **levels}
    return tuple(DeviceReport(role=r, driver=r, level=level) for r, level in roles.items())


class Story:
    """Plays events against the core and keeps every effect."""

    def __init__(self) -> None:
        self.session, self.effects = Session(), list[Effect]()
        self.seconds, self._payments = 1000.0, 0

    @classmethod
    def at_attract(cls, **config_changes: object) -> "Story":
        story = cls()
        story.plays(
            ConfigLoaded(config(**config_changes)),
            ServerSeen(True),
            DevicesSeen(devices()),
            RecoveryDone(),
        )
        assert story.screen is Screen.ATTRACT
        return story

    @classmethod
    def at_bills(cls) -> "Story":
        story = cls.at_attract().types("3", "2", "1201")
        story.plays(AccountFound(story.visit.number, account(bill(9, 30000), bill(10, 33208))))
        assert story.screen is Screen.BILLS
        return story

    @classmethod
    def paying(cls, method: Method) -> "Story":
        """With the server's order made and, for a card, the terminal asked."""
        story = cls.at_bills().taps(Action.PAY).taps(Action.METHOD, method)
        code = None if method is Method.CARD else "weixin://wxpay/bizpayurl?pr=1"
        return story.plays(OrderMade(story.view(PaymentState.PENDING, code_url=code)))

    @property
    def visit(self):
        return self.session.visit

    @property
    def screen(self) -> Screen:
        return self.session.visit.screen

    @property
    def payment(self):
        assert self.visit.payment is not None
        return self.visit.payment

    def plays(self, *events: Event) -> "Story":
        for event in events:
            self._payments += 1
            moment = Moment(
                self.seconds,
                START + timedelta(seconds=self.seconds - 1000),
                f"01900000-0000-7000-8000-{self._payments:012d}",
                f"K03-{self._payments:06d}",
            )
            self.session, effects = step(self.session, event, moment)
            self.effects += effects
        return self

    def taps(self, action: Action, value: str = "") -> "Story":
        return self.plays(Tapped(action, str(value)))

    def types(self, *fields: str) -> "Story":
        self.taps(Action.KEYPAD)
        for digits in fields:
            for digit in digits:
                self.taps(Action.DIGIT, digit)
            self.taps(Action.NEXT)
        return self

    def waits(self, seconds: int) -> "Story":
        for _ in range(seconds):
            self.seconds += 1
            self.plays(Ticked())
        return self

    def view(self, state: PaymentState, version: int = 2, **known: object) -> PaymentView:
        record = self.payment
        return PaymentView(
            payment_id=record.payment_id,
            reference=record.reference,
            method=record.method,
            state=state,
            version=version,
            amount_minor=record.amount_minor,
            currency=record.currency,
            expires_in_s=600,
            status_url=record.status_url,
            **known,
        )

    def server_says(self, state: PaymentState, version: int = 3) -> "Story":
        view = self.view(state, version, channel_reference="4200001")
        return self.plays(OrderSeen(view))

    def terminal_says(self, outcome: str, reason: str = "00", receipt_no: str = "0042"):
        card = CardData(receipt_no=receipt_no, trace_no="000042", terminal_id="52500001")
        return self.plays(CardAnswered(self.payment.payment_id, outcome, reason, card))

    def prints(self, outcome: str) -> "Story":
        """The end of the newest print job."""
        job = self.did(PrintReceipt)[-1]
        return self.plays(ReceiptPrinted(job.record.payment_id, job.job_id, outcome))

    def loses(self, what: str) -> "Story":
        gone = {what: "error"}
        return self.plays(DevicesSeen(devices(**gone)))

    def did(self, kind: type) -> list:
        return [e for e in self.effects if isinstance(e, kind)]

    def with_lobby(self, **changes: object) -> "Story":
        lobby = replace(self.session.lobby, **changes)
        self.session = replace(self.session, lobby=lobby)
        return self
