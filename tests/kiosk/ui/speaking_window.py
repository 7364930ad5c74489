"""A window that speaks to a player that only writes down what it was asked, with a keypad and a jack
behind pseudo terminals, and a server that takes every payment. Run as:
``python -m tests.kiosk.ui.speaking_window PROBE_SOCKET FOLDER``; what is said goes to FOLDER/said.jsonl.
"""

import json
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from contract.messages import PaymentState, PaymentView
from kiosk.core.effects import FollowOrder, MakeOrder, PrintReceipt
from kiosk.core.events import OrderMade, OrderSeen, ReceiptPrinted
from kiosk.settings import Voice
from kiosk.ui import kivy_setup
from kiosk.ui.gallery import samples
from tests.kiosk.ui.kiosk_window import SIZE, OneUnit

PAYS_AFTER_S = 4.0


class OneUnitThatPays(OneUnit):
    """Each order is made, and paid by the resident's phone some seconds later."""

    def __init__(self) -> None:
        super().__init__()
        self.now = replace(self.now, lobby=replace(self.now.lobby, staff_pin=False))

    def perform(self, effect: object) -> None:
        match effect:
            case MakeOrder(record):
                self.post(OrderMade(self._view(record, PaymentState.PENDING, 2)))
            case FollowOrder():
                threading.Timer(PAYS_AFTER_S, self._paid).start()
            case PrintReceipt(record, _, _, job):
                self.post(ReceiptPrinted(record.payment_id, job, "printed"))
            case _:
                super().perform(effect)

    def _paid(self) -> None:
        payment = self.now.visit.payment
        if payment is not None and not payment.state.final:
            self.post(OrderSeen(self._view(payment, PaymentState.APPROVED, 9)))

    def _view(self, record, state: PaymentState, version: int) -> PaymentView:
        return PaymentView(
            payment_id=record.payment_id,
            reference=record.reference,
            method=record.method,
            state=state,
            version=version,
            amount_minor=record.amount_minor,
            currency=record.currency,
            code_url=samples.CODE_URL if state is PaymentState.PENDING else None,
            expires_in_s=600,
            status_url=record.status_url,
        )


class WrittenDown:
    """A player whose sound is a line of text: the device, the loudness, the words of the clips."""

    def __init__(self, path: Path) -> None:
        from kiosk.asset_paths import VOICE
        from kiosk.voice.manifest import entries

        self._path = path
        self._words = {
            VOICE / language / entry["file"]: entry["text"]
            for language in ("zh_CN", "en")
            for entry in entries(VOICE / language).values()
        }

    def play(self, utterance) -> None:
        said = ["" if clip is None else self._words[clip] for clip in utterance.clips]
        self._write({"device": utterance.device, "gain": utterance.gain_db, "said": said})

    def stop(self) -> None:
        self._write({"stop": time.monotonic()})

    def close(self) -> None:
        return None

    def _write(self, line: dict) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def main() -> None:
    probe, folder = Path(sys.argv[1]), Path(sys.argv[2])
    kivy_setup.prepare(kivy_setup.WindowWish(size=SIZE))
    from kiosk.ui.app import KioskApp
    from kiosk.voice.equipment import equipment

    settings = Voice(
        speaker="loudspeaker",
        headset="headset",
        keypad=folder / "keypad",
        headset_jack=folder / "jack",
    )
    made = equipment(settings, WrittenDown(folder / "said.jsonl"))
    kiosk = OneUnitThatPays()
    app = kiosk.app = KioskApp(
        kiosk, voice=made.voice, probe_path=probe, on_shown=lambda: print("shown", flush=True)
    )
    made.start(kiosk.post, app.key)
    threading.Thread(target=kiosk.tick_and_obey, daemon=True).start()
    app.run()
    made.close()
    print(f"frames {kiosk.frames}", flush=True)


if __name__ == "__main__":
    main()
