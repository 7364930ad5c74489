"""What a kiosk tells of somebody who asks to be called back."""

from typing import Annotated

from pydantic import StringConstraints

from contract.message import Message
from contract.messages import PaymentId


class CallbackWish(Message):
    """Somebody at a kiosk asks to be called back. ``wish_id``: made by the kiosk; told again, it is the
    same wish. ``screen``: where help was asked for, a stable code."""

    wish_id: PaymentId
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9]{5,15}$")]
    screen: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}$")]


class CallbackTaken(Message):
    wish_id: PaymentId
