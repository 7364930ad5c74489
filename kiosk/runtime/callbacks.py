"""Takes a resident's wish to be called back to the server. The number is kept nowhere on this machine."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from contract.callbacks import CallbackWish
from kiosk.central.client import CentralClient, Refused, ServerAway, with_retries
from kiosk.core.effects import AskCallback
from kiosk.core.events import CallbackSent, Event

log = structlog.get_logger("callbacks")

SEND_FOR_S = 15.0  # then the resident is told to call


class Callbacks:
    def __init__(self, client: CentralClient, post: Callable[[Event], None]) -> None:
        self._client, self._post = client, post
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="callbacks")
        self._stop = threading.Event()

    def ask(self, wish: AskCallback) -> None:
        self._pool.submit(self._send, wish)

    def close(self) -> None:
        self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _send(self, wish: AskCallback) -> None:
        """The same wish is told again until it is answered: the server keeps it once."""
        told = CallbackWish(wish_id=wish.wish_id, phone=wish.phone, screen=wish.screen)
        taken = False
        try:
            with_retries(lambda: self._client.ask_callback(told), for_s=SEND_FOR_S, stop=self._stop)
            taken = True
        except (Refused, ServerAway) as error:
            log.warning("callback_not_sent", error=str(error))
        except Exception as error:
            log.error("callback_failed", error=type(error).__name__)
        self._post(CallbackSent(wish.visit, taken))
