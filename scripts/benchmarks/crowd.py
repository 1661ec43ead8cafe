"""People who ask a running service at the same time, each in a session of their own, and what they had to wait."""

import http.client
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import numpy as np


@dataclass(slots=True)
class Person:
    """Somebody with a connection that stays open; ``headers`` say who they are, ``window`` the tiles that their map still lacks."""

    host: str
    port: int
    rng: np.random.Generator
    area: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    window: list[tuple[int, int, int]] = field(default_factory=list)
    _open: http.client.HTTPConnection | None = None

    def ask(self, address: str, *, method: str = "GET", body: bytes | None = None, kind: str = "") -> tuple[int, bytes]:
        """Status and body of one answer. A connection that the server closed meanwhile is opened anew."""
        headers = {**self.headers, **({"Content-Type": kind} if kind else {})}
        for attempt in (1, 2):
            if self._open is None:
                self._open = http.client.HTTPConnection(self.host, self.port, timeout=60)
            try:
                self._open.request(method, address, body=body, headers=headers)
                answer = self._open.getresponse()
                content = answer.read()
                if cookie := answer.getheader("Set-Cookie"):
                    self._keep(cookie)
                return answer.status, content
            except (http.client.RemoteDisconnected, ConnectionError):
                self._open.close()
                self._open = None
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def sign_in(self, name: str, password: str) -> None:
        _status, page = self.ask("/sign-in")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.decode())
        if token is None:
            raise RuntimeError("no sign-in form")
        form = urlencode({"csrf_token": token[1], "name": name, "password": password}).encode()
        status, _page = self.ask("/sign-in", method="POST", body=form, kind="application/x-www-form-urlencoded")
        if status != 302:
            raise RuntimeError(f"{name}: sign-in answered {status}")

    def _keep(self, cookie: str) -> None:
        pair = cookie.partition(";")[0]
        if pair.startswith("gridmap_session="):
            self.headers["Cookie"] = pair


@dataclass(frozen=True, slots=True)
class Waits:
    """What a crowd met: seconds per answer, bytes of the answers, how long it all took, answers that were no success."""

    seconds: np.ndarray
    sizes: np.ndarray
    lasted: float
    failed: Mapping[int, int]

    def line(self) -> str:
        """Requests a second, median, 99th percentile and longest in milliseconds, median size; refusals if any."""
        if not len(self.seconds):
            return f"no success: {dict(self.failed)}"
        median, slow = np.percentile(self.seconds, (50, 99)) * 1000
        words = f"{len(self.seconds) / self.lasted:8.1f} {median:9.0f} {slow:9.0f} {self.seconds.max() * 1000:9.0f} {np.median(self.sizes) / 1000:9.1f}"
        return words + (f"   refused: {dict(self.failed)}" if self.failed else "")


Act = Callable[[Person], tuple[int, bytes]]


def measure(people: list[Person], act: Act, seconds: float, good: tuple[int, ...] = (200,)) -> Waits:
    """Everybody acts again as soon as the answer is there, for so long; the first round is not counted."""
    waits: list[float] = []
    sizes: list[int] = []
    failed: dict[int, int] = {}
    lock = threading.Lock()
    begin = threading.Barrier(len(people) + 1)

    def work(person: Person) -> None:
        act(person)
        begin.wait()
        end = time.perf_counter() + seconds
        while (started := time.perf_counter()) < end:
            status, body = act(person)
            took = time.perf_counter() - started
            with lock:
                if status in good:
                    waits.append(took)
                    sizes.append(len(body))
                else:
                    failed[status] = failed.get(status, 0) + 1

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    begin.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return Waits(np.array(waits), np.array(sizes), time.perf_counter() - started, failed)
