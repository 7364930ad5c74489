"""A repeated command is answered, not carried out again."""

import threading

import pytest

from device_drivers.command_memory import CommandMemory
from device_drivers.errors import (
    DUPLICATE_DIFFERS,
    DeviceError,
    NotReachable,
    OutcomeUnknown,
    Refused,
    Timeout,
)


class Till:
    """Counts what was really carried out."""

    def __init__(self, *ends: str | BaseException) -> None:
        self.ends, self.carried_out = list(ends), 0

    def __call__(self) -> str:
        self.carried_out += 1
        end = self.ends.pop(0)
        if isinstance(end, BaseException):
            raise end
        return end


def test_a_repeat_gets_the_first_answer() -> None:
    answered, till = CommandMemory[str](), Till("approved", "approved again")
    assert [answered.once("p-1", 4200, till) for _ in range(3)] == ["approved"] * 3
    assert till.carried_out == 1


@pytest.mark.parametrize(
    "end", [OutcomeUnknown("silence", "zvt.silent"), Timeout("late"), KeyError("a bug")]
)
def test_what_may_have_taken_money_is_unknown_for_ever(end: Exception) -> None:
    answered, till = CommandMemory[str](), Till(end, "approved")
    with pytest.raises(type(end)):
        answered.once("p-1", 4200, till)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown) as told:
            answered.once("p-1", 4200, till)
    assert told.value.code == ("zvt.silent" if isinstance(end, OutcomeUnknown) else told.value.code)
    assert till.carried_out == 1


@pytest.mark.parametrize("end", [NotReachable("unplugged"), Refused("currency")])
def test_what_was_never_begun_may_be_tried_again(end: DeviceError) -> None:
    answered, till = CommandMemory[str](), Till(end, "approved")
    with pytest.raises(type(end)):
        answered.once("p-1", 4200, till)
    assert answered.once("p-1", 4200, till) == "approved"


def test_an_id_stands_for_one_command_only() -> None:
    answered, till = CommandMemory[str](), Till("approved")
    answered.once("p-1", 4200, till)
    with pytest.raises(Refused) as told:
        answered.once("p-1", 4300, till)
    assert told.value.code == DUPLICATE_DIFFERS
    assert till.carried_out == 1


def test_a_repeat_that_comes_too_early_waits_for_the_end_of_the_first() -> None:
    answered, begun, go = CommandMemory[str](), threading.Event(), threading.Event()
    ends: list[str] = []

    def slowly() -> str:
        begun.set()
        assert go.wait(10)
        return "approved"

    first = threading.Thread(target=lambda: ends.append(answered.once("p-1", 1, slowly)))
    first.start()
    assert begun.wait(10)
    second = threading.Thread(
        target=lambda: ends.append(answered.once("p-1", 1, Till("charged twice")))
    )
    second.start()
    go.set()
    first.join(10)
    second.join(10)
    assert ends == ["approved", "approved"]


def test_the_memory_is_bounded_and_forgets_the_oldest() -> None:
    answered = CommandMemory[str](kept_max=2)
    for name in ("p-1", "p-2", "p-3"):
        answered.once(name, 1, Till("approved"))
    assert answered.find("p-1", 1) is None
    assert answered.find("p-3", 1) == "approved"
