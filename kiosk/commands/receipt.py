"""``lobbypay receipt``: a receipt, or the slip of a payment that has none, from a kiosk's journal as a
picture or PDF, as on its printer's paper.

It is laid out and drawn by the same code and marked as a copy. The journal is only read, and checked
first; the community's name is from the ``config.json`` beside it.
"""

import argparse
import sys
from pathlib import Path

from device_drivers.printers.raster import WIDTHS_DOTS
from kiosk.central.config_cache import ConfigCache
from kiosk.core.receipt import lay_out
from kiosk.journal.schema import JournalBroken, JournalUnavailable
from kiosk.journal.verification import newest_record, verify
from kiosk.runtime.paper_picture import DPI, on_paper
from kiosk.texts.receipt_words import speech


def main(argv: list[str]) -> int:
    options = _options(argv)
    try:
        verify(options.journal)
        record = newest_record(options.journal, options.payment)
        if record is None:
            raise ValueError(f"there is no payment {options.payment}")
        config = ConfigCache(options.journal.with_name("config.json")).load()
        if config is None:
            raise ValueError("there is no config.json beside it that says whose kiosk it is")
        receipt = lay_out(record, config.community, speech(options.language), copy=True)
        picture = on_paper(receipt, options.paper)
        if options.png:
            picture.save(options.png, "PNG", dpi=(DPI, DPI))
        if options.pdf:
            picture.save(options.pdf, "PDF", resolution=DPI, title=record.reference)
    except (JournalBroken, JournalUnavailable, ValueError, OSError) as problem:
        print(f"lobbypay receipt: {options.journal}: {problem}", file=sys.stderr)
        return 2
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("lobbypay receipt", description=__doc__)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--payment", required=True, metavar="ID|REFERENCE")
    parser.add_argument("--png", type=Path, help="file to write")
    parser.add_argument("--pdf", type=Path, help="file to write")
    parser.add_argument("--language", choices=("zh_CN", "en"), default="zh_CN")
    parser.add_argument("--paper", type=int, choices=sorted(WIDTHS_DOTS), default=80)
    options = parser.parse_args(argv)
    if not (options.png or options.pdf):
        parser.error("one of --png FILE and --pdf FILE is needed")
    return options
