"""Request bodies are received before the work begins: a line that sends slowly, or stops half way, holds up nobody else."""

from __future__ import annotations

import tempfile
import threading
from typing import Any, Callable, Iterable

WAITING = 64  # bodies that one web process receives beside its work
PATIENCE = 30  # seconds without a single byte
IN_MEMORY = 1024 * 1024
PIECE = 64 * 1024


class BodiesFirst:
    """WSGI: at most `at_once` requests are worked on; those whose body is still on its way are not among them.

    The server needs WAITING threads more. A body that stops coming is answered 408, one that breaks off 400; one above `longest` bytes is
    left to the application, which refuses it unread.
    """

    def __init__(self, app: Callable, at_once: int, longest: int):
        self.app, self.longest, self.turns = app, longest, threading.Semaphore(at_once)

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        try:
            whole = self._receive(environ)
        except TimeoutError:
            return _refused(start_response, "408 Request Timeout")
        if not whole:
            return _refused(start_response, "400 Bad Request")
        with self.turns:
            return self.app(environ, start_response)

    def _receive(self, environ: dict[str, Any]) -> bool:
        """Put the body aside and hand it on as `wsgi.input`; False when the line broke. Raises TimeoutError."""
        length, chunked = int(environ.get("CONTENT_LENGTH") or 0), environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
        if length > self.longest or not (length or chunked):
            return True
        body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)
        received = self._copy(environ, body, self.longest + 1 if chunked else length)
        body.seek(0)
        environ.update({"wsgi.input": body, "CONTENT_LENGTH": str(received)})
        return chunked or received == length

    def _copy(self, environ: dict[str, Any], body: Any, most: int) -> int:
        line, source, received = environ.get("gunicorn.socket"), environ["wsgi.input"], 0
        if line is not None:
            line.settimeout(PATIENCE)
        while received < most and (piece := source.read(min(PIECE, most - received))):
            body.write(piece)
            received += len(piece)
        if line is not None:
            line.settimeout(None)
        return received


def _refused(start_response: Callable, status: str) -> list[bytes]:
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")])
    return [status.encode()]
