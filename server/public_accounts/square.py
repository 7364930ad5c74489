"""The code that opens a community's public page, as a picture."""

import segno


def svg(text: str) -> str:
    """A data address, for pages and paper."""
    return segno.make(text, error="m").svg_data_uri(border=2, scale=4)
