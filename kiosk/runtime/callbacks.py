"""Takes a resident's wish to be called back to the server. The number is kept nowhere on this machine."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from contract.callbacks import CallbackWish
from kiosk.central.client import CentralClient, Refused, ServerAway, with_retries
from kiosk.core.effects import AskCallback, FollowCallback
from kiosk.core.events import CallbackSeen, CallbackSent, Event

log = structlog.get_logger("callbacks")

SEND_FOR_S = 15.0  # then the resident is told to call
FOLLOW_EVERY_S, FOLLOW_FOR_S = 5.0, 600.0


class Callbacks:
    def __init__(self, client: CentralClient, post: Callable[[Event], None]) -> None:
        self._client, self._post = client, post
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="callbacks")
        self._stop = threading.Event()
        self._followed = ""

    def ask(self, wish: AskCallback) -> None:
        self._pool.submit(self._send, wish)

    def follow(self, wish: FollowCallback) -> None:
        """Until somebody has seen it, FOLLOW_FOR_S are over, or another wish is followed."""
        self._followed = wish.wish_id
        args = (wish,)
        threading.Thread(target=self._follow, args=args, name="callback", daemon=True).start()

    def _follow(self, wish: FollowCallback) -> None:
        end = time.monotonic() + FOLLOW_FOR_S
        while time.monotonic() < end and self._followed == wish.wish_id:
            if self._stop.wait(FOLLOW_EVERY_S):
                return
            try:
                state = self._client.callback_standing(wish.wish_id).state
            except ServerAway:
                continue
            except Refused:  # a server that does not know the question
                return
            except Exception as error:
                log.error("callback_not_followed", error=type(error).__name__)
                return
            if state != "waiting":
                self._post(CallbackSeen(wish.visit))
                return

    def close(self) -> None:
        self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _send(self, wish: AskCallback) -> None:
        """The same wish is told again until it is answered: the server keeps it once."""
        told = CallbackWish(
            wish_id=wish.wish_id, phone=wish.phone, screen=wish.screen, steps=list(wish.steps)
        )
        taken = False
        try:
            with_retries(lambda: self._client.ask_callback(told), for_s=SEND_FOR_S, stop=self._stop)
            taken = True
        except (Refused, ServerAway) as error:
            log.warning("callback_not_sent", error=str(error))
        except Exception as error:
            log.error("callback_failed", error=type(error).__name__)
        self._post(CallbackSent(wish.visit, taken))
