"""What an installer can set, choose and meet stands in docs/printers.md."""

import re
from pathlib import Path

from device_drivers.printers import conditions, escpos_settings
from device_drivers.printers.profiles import profiles
from device_drivers.status import Condition

ROOT = Path(__file__).parents[3]


def test_each_setting_profile_and_condition_is_told():
    told = (ROOT / "docs" / "printers.md").read_text(encoding="utf-8")
    source = Path(escpos_settings.__file__).read_text(encoding="utf-8")
    keys = set(re.findall(r"table\.(?:text|number|whole|choice|anything)\(\s*\"(\w+)\"", source))
    assert len(keys) > 25
    codes = {c.code for c in vars(conditions).values() if isinstance(c, Condition)}
    codes |= {conditions.receipts_retracted(1, 2).code, conditions.paper_forecast(1, 1, False).code}
    missing = {name for name in keys | codes | set(profiles()) if f"`{name}`" not in told}
    assert not missing
