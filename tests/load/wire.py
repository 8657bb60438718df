"""A client as cheap as can be: one kept connection, bytes out, bytes in, the time between."""

from __future__ import annotations

import re
import socket
import time
import zlib
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import brotli

HOST = "127.0.0.1"
PATIENCE = 60  # seconds
IDLE = 3.0  # the server closes a connection after five seconds without a request


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    raw: bytes
    size: int
    seconds: float

    @property
    def text(self) -> str:
        ways = {"br": brotli.decompress, "gzip": lambda raw: zlib.decompress(raw, 31)}
        return ways.get(self.headers.get("content-encoding", ""), bytes)(self.raw).decode()


class Wire:
    """One person's connection: keeps cookies, looks like a page of the portal itself."""

    def __init__(self, port: int):
        self.port, self.cookies, self.socket, self.used_at, self.asked = port, "", None, 0.0, 0

    def get(self, path: str, **headers: str) -> Answer:
        return self.send(self.request("GET", path, headers))

    def post(self, path: str, **fields: str) -> Answer:
        return self.send(self.form(path, **fields))

    def form(self, path: str, **fields: str) -> bytes:
        """The bytes of a form, to be sent later."""
        return self.request("POST", path, {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(fields).encode())

    def request(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{self.port}", "Accept-Encoding: br, gzip", "Sec-Fetch-Site: same-origin"]
        lines += [f"Cookie: {self.cookies}"] if self.cookies else []
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in (headers or {}).items()]
        lines += [f"Content-Length: {len(body)}"] if method == "POST" else []
        return "\r\n".join([*lines, "", ""]).encode() + body

    def send(self, request: bytes) -> Answer:
        """Send prepared bytes. A connection that the server has closed meanwhile is opened anew before the clock starts."""
        if self.socket is None or time.monotonic() - self.used_at > IDLE:
            self.open()
        started = time.perf_counter()
        self.socket.sendall(request)
        head, rest = self._head()
        seconds, raw = self._body(head, rest, started)
        self.used_at, self.asked = time.monotonic(), self.asked + 1
        status, headers = _parsed(head)
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, raw, len(head) + len(raw), seconds)

    def open(self) -> None:
        self.close()
        self.socket = socket.create_connection((HOST, self.port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def _head(self) -> tuple[bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _end, rest = data.partition(b"\r\n\r\n")
        return head, rest

    def _body(self, head: bytes, rest: bytes, started: float) -> tuple[float, bytes]:
        found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if found is None and re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):
            while not rest.endswith(b"0\r\n\r\n"):
                rest += self._more()
            return time.perf_counter() - started, _joined(rest)
        while len(rest) < int(found[1] if found else 0):
            rest += self._more()
        return time.perf_counter() - started, rest

    def _more(self) -> bytes:
        data = self.socket.recv(262_144)
        if not data:
            self.close()
            raise ConnectionError("the server closed the connection")
        return data

    def sign_in(self, username: str, password: str) -> Wire:
        answer = self.post("/sign-in", username=username, password=password)
        if answer.status != 303:
            raise RuntimeError(f"{username} could not sign in: {answer.status}")
        self.cookies = answer.headers["set-cookie"]
        return self


def _joined(chunks: bytes) -> bytes:
    made = b""
    while chunks:
        size, _end, chunks = chunks.partition(b"\r\n")
        made, chunks = made + chunks[: int(size, 16)], chunks[int(size, 16) + 2 :]
    return made


def _parsed(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    cookies = SimpleCookie()
    for line in lines:
        name, _colon, value = line.partition(": ")
        if name.lower() == "set-cookie":
            cookies.load(value)
        headers[name.lower()] = value
    if cookies:
        headers["set-cookie"] = "; ".join(f"{c.key}={c.value}" for c in cookies.values())
    return int(first.split()[1]), headers
