"""What a kiosk tells of somebody who asks to be called back, or for help without a number."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contract.message import Message
from contract.messages import PaymentId

STEPS_MAX = 12
ScreenCode = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}$")]


class CallbackWish(Message):
    """Somebody at a kiosk asks to be called back, or, where ``phone`` is empty, for help. ``wish_id``:
    made by the kiosk; told again, it is the same wish. ``screen``: where help was asked for, a stable
    code; ``steps``: the screens before it, the newest last. Never what stood on them."""

    wish_id: PaymentId
    phone: Annotated[str, StringConstraints(pattern=r"^([0-9]{5,15})?$")]
    screen: ScreenCode
    steps: Annotated[list[ScreenCode], Field(max_length=STEPS_MAX)] = []


class CallbackStanding(Message):
    """How a wish stands: nobody has looked at it yet, somebody looks after it, or it was dealt with."""

    state: Literal["waiting", "seen", "over"]


class CallbackTaken(Message):
    wish_id: PaymentId
