"""Remembers how commands ended, so that a repeated one is answered and not carried out again.

The memory is this process's own and is bounded. After a restart it is gone: then nobody may send an old
command again; whoever has to know how it ended asks the device.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from device_drivers.errors import DUPLICATE_DIFFERS, NotReachable, OutcomeUnknown, Refused

KEPT_MAX = 64  # commands; a repeat comes seconds after its first, never sixty payments later

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class _Known(Generic[Answer]):
    asked: object
    answer: Answer


class CommandMemory(Generic[Answer]):
    """By command id. The same id for something else is a mistake of the caller and is refused."""

    def __init__(self, kept_max: int = KEPT_MAX) -> None:
        self._kept_max = kept_max
        self._known: OrderedDict[str, _Known[Answer | OutcomeUnknown]] = OrderedDict()
        self._turn = threading.Lock()

    def find(self, command_id: str, asked: object) -> Answer | None:
        """The answer to this command, None if it was not given yet.

        Raises Refused if the id was used for something else, and OutcomeUnknown if that was the end.
        """
        known = self._known.get(command_id)
        if known is None:
            return None
        if known.asked != asked:
            raise Refused(f"{command_id} was used for another command", DUPLICATE_DIFFERS)
        if isinstance(known.answer, OutcomeUnknown):
            raise OutcomeUnknown(known.answer.detail, known.answer.code)
        return known.answer

    def keep(self, command_id: str, asked: object, answer: Answer | OutcomeUnknown) -> None:
        self._known[command_id] = _Known(asked, answer)
        while len(self._known) > self._kept_max:
            self._known.popitem(last=False)

    def once(self, command_id: str, asked: object, act: Callable[[], Answer]) -> Answer:
        """Carries out a command that moves money, unless it was before. A repeat that comes while the
        first still runs waits for its end.

        NotReachable and Refused mean that nothing was moved: such a command may be given again. Every
        other failure is remembered as OutcomeUnknown.
        """
        with self._turn:
            known = self.find(command_id, asked)
            if known is not None:
                return known
            try:
                answer = act()
            except (NotReachable, Refused):
                raise
            except OutcomeUnknown as problem:
                self.keep(command_id, asked, problem)
                raise
            except BaseException as problem:
                self.keep(command_id, asked, OutcomeUnknown(f"{type(problem).__name__}: {problem}"))
                raise
            self.keep(command_id, asked, answer)
            return answer
