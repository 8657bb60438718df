"""Clients of the wake-up process: many open streams in one thread, each signal with its time."""

from __future__ import annotations

import selectors
import socket
import threading
import time

from tests.load.wire import HOST, Wire


class Stream:
    """One held stream of a signed-in person. `signals`: moments at which something was said; `said`: every word."""

    def __init__(self, port: int, cookies: str, headers: str = ""):
        self.signals: list[float] = []
        self.said, self.status, self.over = b"", 0, False
        self.socket = socket.create_connection((HOST, port), 60)
        cookie = f"Cookie: {cookies}\r\n" if cookies else ""
        self.socket.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}:{port}\r\n{cookie}{headers}\r\n".encode())

    def read(self) -> None:
        """Take what has come; the end of the stream when it is over."""
        try:
            data = self.socket.recv(65536)
        except OSError:
            data = b""
        self.said += data
        if not self.status and b"\r\n\r\n" in self.said:
            self.status = int(self.said.split()[1])
        self.signals += [time.monotonic()] * data.count(b"data: 1")
        self.over = self.over or not data or self.said.endswith(b"0\r\n\r\n")

    @property
    def words(self) -> set[bytes]:
        """Every line that the stream has ever said, without the marks of HTTP."""
        lines = self.said.partition(b"\r\n\r\n")[2].split(b"\r\n")[1::2]
        return {word for line in lines for word in line.split(b"\n") if word}

    def close(self) -> None:
        self.over = True
        self.socket.close()


class Listening(threading.Thread):
    """Reads all its streams until told to stop; `heard(stream)` is called after each signal."""

    def __init__(self, streams: list[Stream], heard=lambda stream: None):
        super().__init__(daemon=True)
        self.streams, self.heard, self.stopping = streams, heard, threading.Event()
        self.start()

    def run(self) -> None:
        with selectors.DefaultSelector() as chooser:
            for stream in self.streams:
                chooser.register(stream.socket, selectors.EVENT_READ, stream)
            while not self.stopping.is_set():
                for key, _events in chooser.select(0.1):
                    self._take(chooser, key.data)

    def _take(self, chooser: selectors.BaseSelector, stream: Stream) -> None:
        before = len(stream.signals)
        stream.read()
        if stream.over:
            chooser.unregister(stream.socket)
        elif len(stream.signals) > before:
            self.heard(stream)

    def stop(self) -> None:
        self.stopping.set()
        self.join(10)
        for stream in self.streams:
            stream.close()


def until(true, seconds: float = 60) -> bool:
    """Does it come true in time?"""
    ends = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < ends:
        time.sleep(0.02)
    return bool(found)


def wire_of(port: int, cookies: str) -> Wire:
    wire = Wire(port)
    wire.cookies = cookies
    return wire
