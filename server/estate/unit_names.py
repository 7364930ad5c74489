"""What a unit is called on screens and bills, by the names that the parts of its code have."""

from contract.message import Text
from contract.unit_code import Numbering


def label_of(numbering: Numbering, code: str) -> Text:
    """Of a code that the numbering takes."""
    kind = numbering.kinds[numbering.kind_of(code) or 0]
    parts = list(zip(kind.parts, code.split("-"), strict=True))
    zh = "".join(
        text + part.label.zh if place < len(parts) - 1 else text
        for place, (part, text) in enumerate(parts)
    )
    return Text(zh=zh, en=", ".join(f"{part.label.en} {text}" for part, text in parts))
