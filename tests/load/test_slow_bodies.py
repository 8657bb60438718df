"""T18: lines that send slowly or stop half way (trust.md)."""

import io
import socket
import urllib.request

import pytest

from portal.core.bodies import BodiesFirst
from tests.load.servers import Place, free_port
from tests.load.wire import HOST

HEAD = "POST /request HTTP/1.1\r\nHost: {}:{}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
GUARD = 30  # a hang guard, no measure


@pytest.mark.timeout(300)
def test_uploads_that_stop_half_way_hold_up_nobody(tmp_path):
    place = Place("sqlite", tmp_path, free_port())
    place.flask("db", "upgrade")
    server = place.start("web")
    lines = []
    try:
        server.wait("/healthz")
        for _n in range(50):
            lines.append(socket.create_connection((HOST, place.port), timeout=GUARD))
            lines[-1].sendall(HEAD.format(HOST, place.port).encode() + b"words=half")
        for _n in range(8):
            with urllib.request.urlopen(f"http://{HOST}:{place.port}/healthz", timeout=GUARD) as answer:
                assert answer.status == 200
        lines[0].sendall(b"x" * 990)
        assert lines[0].recv(12).startswith(b"HTTP/1.1 ")  # whoever goes on is answered
    finally:
        for line in lines:
            line.close()
        server.stop()


class Line(io.BytesIO):
    """What a body may turn out to be: `broken` raises when it is read to its end."""

    def __init__(self, content: bytes, broken: bool = False):
        super().__init__(content)
        self.broken = broken

    def read(self, size: int = -1) -> bytes:
        piece = super().read(size)
        if not piece and self.broken:
            raise TimeoutError
        return piece


def asked(body: Line, **environ: str) -> tuple[str, bytes]:
    """(status, what the application read) of one request."""
    statuses = []

    def app(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    answer = BodiesFirst(app, 1, 100)({"wsgi.input": body, **environ}, lambda status, headers: statuses.append(status))
    return statuses[0], b"".join(answer)


@pytest.mark.parametrize("body, environ, expected", [
    (Line(b"ten bytes."), {"CONTENT_LENGTH": "10"}, ("200 OK", b"ten bytes.")),
    (Line(b"ten bytes."), {"HTTP_TRANSFER_ENCODING": "chunked"}, ("200 OK", b"ten bytes.")),
    (Line(b""), {}, ("200 OK", b"")),
    (Line(b"five."), {"CONTENT_LENGTH": "10"}, ("400 Bad Request", b"400 Bad Request")),
    (Line(b"five.", broken=True), {"CONTENT_LENGTH": "10"}, ("408 Request Timeout", b"408 Request Timeout")),
])
def test_a_body_arrives_whole_or_is_refused(body, environ, expected):
    assert asked(body, **environ) == expected


def test_a_body_that_is_too_long_is_left_unread():
    body = Line(b"x" * 1000)
    assert asked(body, CONTENT_LENGTH="1000")[0] == "200 OK"
    chunked = Line(b"x" * 1000)
    assert len(asked(chunked, HTTP_TRANSFER_ENCODING="chunked")[1]) == 101  # one more than allowed: the application refuses it
