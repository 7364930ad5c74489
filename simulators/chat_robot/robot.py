"""Keeps each message, and answers with HTTP 200 and the chat's own code, or as it is told."""

import json
import threading
import time
from typing import Any

from simulators.http_door import Request, Response


class Robot:
    """Steered by its attributes. ``code`` and ``words``: WeCom's and DingTalk's errcode and errmsg;
    ``status``: of HTTP; ``cut``: so many calls are taken and not answered; ``delay_s``: before each
    answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.got: list[dict[str, Any]] = []
        self.code, self.words, self.status, self.cut, self.delay_s = 0, "ok", 200, 0, 0.0

    def respond(self, asked: Request) -> Response | None:
        if self.delay_s:
            time.sleep(self.delay_s)
        with self._lock:
            if asked.method == "POST":
                self.got.append(json.loads(asked.body or b"{}"))
            if self.cut > 0:
                self.cut -= 1
                return None
            body = json.dumps({"errcode": self.code, "errmsg": self.words}).encode()
            return Response(self.status, {"Content-Type": "application/json"}, body)
