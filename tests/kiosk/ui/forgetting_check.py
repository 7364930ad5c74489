"""Shows one resident's screens in a real window, then the start, and tells what of them is still there.
Run as ``python -m tests.kiosk.ui.forgetting_check``; prints JSON.
"""

import gc
import json
import sys
from dataclasses import replace

from contract.message import Text
from kiosk.core.model import Screen, Visit
from kiosk.ui import kivy_setup
from kiosk.ui.gallery import pictures

SIZE = (1080, 1920)
MARK = "".join(("甲乙", "丙丁"))  # the resident's name; nothing else in this process is called so
SHOWN = (
    "bills",
    "explain",
    "method",
    "paying-qr",
    "paid",
    "receipt-phone",
    "unknown-card",
    "payments",
    "payment",
)


def main() -> None:
    with pictures.display(SIZE):
        kivy_setup.prepare(kivy_setup.WindowWish(size=SIZE))
        from kivy.graphics.texture import Texture

        from kiosk.ui.app import FORGET_AFTER_S
        from kiosk.ui.gallery.scenes import scenes

        found = scenes()
        stage = pictures.Stage(found["attract"])

        def nobody(number: int):
            visit = Visit(number=number, screen=Screen.ATTRACT)
            stage.show(replace(found["attract"], visit=visit))
            stage.pump(FORGET_AFTER_S + 1.0)

        def somebody(number: int):
            for name in SHOWN:
                stage.show(_marked(found[name], number))

        counts = []
        for turn in (1, 2, 3):
            nobody(2 * turn)
            counts.append(_alive(Texture))
            if turn < 3:
                somebody(2 * turn + 1)
                seen = len(_held())
        left = [str(type(holder)) for holder in _held()]
        stage.close()
    json.dump({"textures": counts, "seen": seen, "left": left}, sys.stdout)


def _marked(session, number: int):
    visit = session.visit
    account = visit.account and visit.account.model_copy(update={"payer": MARK + "*"})
    payment = visit.payment and visit.payment.model_copy(update={"payer": MARK + "*"})
    asking, history = visit.asking, visit.asking.history
    if history is not None:
        label = Text(zh=MARK, en=MARK)
        asking = replace(asking, history=history.model_copy(update={"label": label}))
    marked = {"account": account, "payment": payment, "asking": asking}
    return replace(session, visit=replace(visit, number=number, **marked))


def _held() -> list[object]:
    """What holds a text with the name in it; tuples of plain values are not tracked, so that their
    holders are looked through."""
    gc.unfreeze()  # what was there from the start may hold it too
    mine = id(globals())
    return [one for one in gc.get_objects() if id(one) != mine and any(map(_named, _parts(one)))]


def _parts(one: object) -> list[object]:
    direct = gc.get_referents(one)
    return direct + [part for piece in direct if type(piece) is tuple for part in piece]


def _named(part: object) -> bool:
    return type(part) is str and MARK in part


def _alive(kind: type) -> int:
    gc.collect()
    return sum(issubclass(type(one), kind) for one in gc.get_objects())


if __name__ == "__main__":
    main()
