"""What foreign programs send over HTTP, byte by byte, and what any door of ours must make of it."""

import socket
import ssl
import time
from contextlib import closing


class Line:
    """A connection to a door on this machine, over which bytes are sent as they are."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        plain = socket.create_connection(("127.0.0.1", port), 10)
        self._socket = context.wrap_socket(plain) if context else plain
        self._read = self._socket.makefile("rb")

    def close(self) -> None:
        self._read.close()
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self) -> tuple[int, bytes]:
        """Status and body of the next answer; interim ones (1xx) have no body."""
        status = int(self._read.readline().split()[1])
        length = 0
        while (line := self._read.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, self._read.read(length)

    def ends(self) -> bool:
        try:
            return self._read.read(1) == b""
        except OSError:
            return True


def head(path: str, *headers: str) -> bytes:
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", "")).encode()


def chunked(body: bytes, size: int = 7) -> bytes:
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x;note=1\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def every_way(port: int, path: str, body: bytes, context: ssl.SSLContext | None = None) -> dict:
    """The answer to the same body, by the way in which it was sent."""
    length = f"Content-Length: {len(body)}"
    answers = {}
    with closing(Line(port, context)) as line:
        line.send(head(path, length) + body)
        answers["with a length"] = line.answer()
    with closing(Line(port, context)) as line:
        line.send(head(path, "Transfer-Encoding: chunked") + chunked(body))
        answers["in chunks"] = line.answer()
    with closing(Line(port, context)) as line:
        line.send(head(path, length, "Expect: 100-continue"))
        assert line.answer()[0] == 100
        line.send(body)
        answers["after 100"] = line.answer()
    with closing(Line(port, context)) as line:
        for piece in (head(path, length), body[:3], body[3:]):
            line.send(piece)
            time.sleep(0.3)
        answers["slowly"] = line.answer()
    with closing(Line(port, context)) as line:
        line.send(head(path, length) + body)
        line.answer()
        line.send(head(path, "Transfer-Encoding: chunked") + chunked(body, 1000))
        answers["on a kept connection"] = line.answer()
    return answers


def is_refused_when_huge(port: int, path: str, context: ssl.SSLContext | None = None) -> bool:
    """A body without an end, in chunks: cut off or answered 413 before a gigabyte is through."""
    with closing(Line(port, context)) as line:
        block = b"%x\r\n%s\r\n" % (65536, b"x" * 65536)
        try:
            line.send(head(path, "Transfer-Encoding: chunked"))
            for _ in range(300):
                line.send(block)
        except OSError:
            return True
        return line.answer()[0] == 413
