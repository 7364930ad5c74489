"""What a resident says for a tax invoice: for which payment, whose it is, and a company's tax number."""

import re
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from contract.message import Message
from contract.messages import KIOSK_CODE_PATTERN
from contract.money import Locale

TITLE_MAX = 100
PHONE_PATTERN = "P-[0-9]{6}-[0-9]{6}"  # of a payment that a phone began
PaidReference = Annotated[
    str, StringConstraints(pattern=rf"^({KIOSK_CODE_PATTERN}-[0-9]{{6,9}}|{PHONE_PATTERN})$")
]
# GB 32100-2015: the unified social credit code, in the order of the values of its characters
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
TAX_NUMBER_LENGTH = 18
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CODE = re.compile(rf"[{CHARACTERS}]{{{TAX_NUMBER_LENGTH}}}")


def is_tax_number(text: str) -> bool:
    """Whether it is a unified social credit code with the check character that it must have."""
    if not _CODE.fullmatch(text):
        return False
    pairs = zip(text, _WEIGHTS, strict=False)
    added = sum(CHARACTERS.index(character) * weight for character, weight in pairs)
    return CHARACTERS[(31 - added % 31) % 31] == text[-1]


class InvoiceWish(Message):
    """``reference``: the receipt number of the payment. ``tax_number``: a company's; empty for a person.
    ``language``: in which the resident reads."""

    reference: PaidReference
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] = Field(
        max_length=TITLE_MAX, repr=False
    )
    tax_number: str = Field("", repr=False)
    language: Locale = "zh_CN"

    @model_validator(mode="after")
    def _of_somebody(self) -> "InvoiceWish":
        if self.tax_number and not is_tax_number(self.tax_number):
            raise ValueError("no unified social credit code")
        return self
