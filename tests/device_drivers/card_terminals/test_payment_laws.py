"""Laws of a payment, whatever messages a terminal sends in whatever order."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from device_drivers.card_terminals.interface import CardResult, Outcome
from device_drivers.card_terminals.zvt import apdu, commands
from device_drivers.card_terminals.zvt.apdu import YES, Apdu
from device_drivers.card_terminals.zvt.exchange import Exchange, ExchangeTimes, Wishes
from device_drivers.card_terminals.zvt.payment import Payment
from device_drivers.errors import NotReachable, OutcomeUnknown, Refused
from tests.device_drivers.card_terminals.scripted import Observed

REFUSED = Apdu(0x8466)


def result(code: int, amount_minor: int = 1234) -> Apdu:
    fields = f"27{code:02x}04{amount_minor:012d}490156870042"
    return Apdu(apdu.STATUS_INFORMATION, bytes.fromhex(fields))


MESSAGES = st.one_of(
    st.builds(result, st.sampled_from([0x00, 0x00, 0x05, 0x6C]), st.sampled_from([1234, 1234, 1])),
    st.builds(
        Apdu, st.sampled_from([apdu.COMPLETION, apdu.ABORT]), st.sampled_from([b"", b"\x6c"])
    ),
    st.builds(
        Apdu,
        st.sampled_from([0x04FF, 0x06D1, 0x06D3, 0x8000, 0x849C, 0x040F, 0x0601, 0x1234]),
        st.binary(max_size=12),
    ),
)


@dataclass
class ScriptedLink:
    """Gives the messages one after the other, then the line ends; keeps what happened, in order."""

    messages: list[Apdu]
    heard: list[Apdu] = field(default_factory=list)
    place: str = "script"

    def open(self) -> None: ...

    def send(self, apdu: Apdu, may_repeat: bool = True) -> None:
        self.heard.append(apdu)

    def receive(self, timeout_s: float) -> Apdu | None:
        if not self.heard:
            return None  # before the command
        if not self.messages:
            raise NotReachable("the line ended")
        return self.messages.pop(0)

    def check(self) -> None: ...

    def close(self) -> None: ...


def run(
    link: ScriptedLink, observer: Observed, reverse: Callable[[CardResult], bool]
) -> CardResult | None:
    exchange = Exchange(link, ExchangeTimes(), Wishes())
    command = commands.authorise(1234, "CNY")
    try:
        return Payment(exchange, command, 1234, "CNY", observer).run(reverse)
    except (OutcomeUnknown, Refused):
        return None


@settings(max_examples=400)
@given(st.lists(MESSAGES, max_size=8), st.booleans(), st.booleans())
def test_money_is_only_reported_as_it_was_said_and_recorded(
    messages: list[Apdu], accept: bool, reverses: bool
) -> None:
    link = ScriptedLink([YES, *messages])
    acknowledged_at_record: list[int] = []
    observer = Observed(
        accept=accept, on_result=lambda _: acknowledged_at_record.append(len(link.heard))
    )
    ended = run(link, observer, lambda _: reverses)

    read = messages[: len(messages) - len(link.messages)]  # what comes after the end is not read
    said = [m for m in read if m == result(0x00)]
    approvals = [r for r in observer.results if r.outcome is Outcome.APPROVED]
    assert [c.command for c in link.heard].count(commands.AUTHORISE) == 1
    assert len(approvals) <= 1
    if approvals:
        assert said
        answer = link.heard[acknowledged_at_record[observer.results.index(approvals[0])]]
        assert answer == (YES if accept else REFUSED)
    if ended is None:
        return
    if ended.outcome is Outcome.APPROVED:
        assert accept
        assert approvals
    elif accept:
        assert not approvals
        assert not said
    assert ended.amount_minor in (None, 1234, 1)
