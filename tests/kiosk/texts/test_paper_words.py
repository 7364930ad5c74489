"""Words on paper are not cut at the end of a line."""

import pytest

from device_drivers.printers.wrapping import printable, wrap
from kiosk.runtime.receipts import whole_words


@pytest.mark.parametrize("width", range(14, 40))
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("网络中断时收款，联网后自动入账。", "自动"),
        ("付款结果还没有确认，请不要再付一次。", "确认"),
        ("翠湖天地花园12栋2单元2801", "2单元2801"),
    ],
)
def test_no_line_of_paper_breaks_inside_a_word(text, kept, width):
    rows = wrap(
        printable(whole_words(text)), width, lambda row: sum(2 if c > "\u2e80" else 1 for c in row)
    )
    assert any(kept in row for row in rows)
    assert "".join(rows) == text
