"""The HTTP connections to a channel: each thread has its own, because a requests.Session may not be
shared between threads. None reads proxies or credentials from the environment."""

import threading

import requests

from server.tracing import TracedSession


class Sessions:
    """``mine`` is the calling thread's; it is closed when the thread ends."""

    def __init__(self) -> None:
        self._local = threading.local()

    @property
    def mine(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = TracedSession()
            session.trust_env = False
        return session
