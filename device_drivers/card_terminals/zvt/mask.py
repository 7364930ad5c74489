"""Where ZVT carries card numbers and card data: what is hidden as it is read, by its number."""

from device_drivers.card_terminals.masking import masked_pan

# By number: card data that nobody behind the parser needs. BMP first, then TLV tag.
SECRET_BMPS = frozenset({0x23, 0x24, 0x2D, 0x2E, 0x3A, 0x3D, 0x9A, 0xD1})
SECRET_TAGS = frozenset(
    {
        *(0x1F08, 0x1F09, 0x1F0A, 0x1F2A, 0x1F31, 0x1F3E, 0x1F5C, 0x1F5D, 0x1F5E),  # ZVT
        *(0x1F66, 0x1F74, 0x1F75, 0x9F5B, 0x4C, 0x1F45, 0x1F46, 0x80, 0x1C),
        *(0x1F0D, 0x1F1A, 0x1F33),
        *(0x56, 0x57, 0x9F6B, 0x5F20, 0x9F1F, 0x9F20, 0x99),  # EMV: tracks, holder, PIN
    }
)
PAN_BMPS = frozenset({0x22})
PAN_TAGS = frozenset({0x5A})


def masked_bcd_pan(raw: bytes) -> str:
    """A card number in BCD: E is a masked digit, F fills up the end; what follows D is track data."""
    return masked_pan(raw.hex().split("d", 1)[0].rstrip("f"))
