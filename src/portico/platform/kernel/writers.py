"""Writers queue fairly on SQLite, which itself lets them race with a back-off that starves some for long.

One writer at a time of this machine holds the turn, for its transaction alone: threads of a process are served
in the order they came, processes by a lock on a file beside the database. On PostgreSQL there is nothing to do.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


class FairLock:
    """A lock that serves threads in the order they asked, with a file lock for the other processes."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False
        self._files: dict[str, int] = {}

    def acquire(self, path: str) -> int:
        """Wait for the turn; gives the file descriptor to release with."""
        with self._guard:
            mine = threading.Event()
            if self._held:
                self._waiting.append(mine)
            else:
                self._held = True
                mine.set()
        mine.wait()
        try:
            descriptor = self._descriptor(path)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException:
            self._pass_on()
            raise
        return descriptor

    def release(self, descriptor: int) -> None:
        """Give the turn to whoever waits longest."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False

    def _descriptor(self, path: str) -> int:
        key = f"{os.getpid()}:{path}"  # a forked child must not share its parent's lock
        if key not in self._files:
            self._files[key] = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._files[key]


_lock = FairLock()
_mine = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Hold the writer's turn around one transaction. Nothing slow (network, hashing, PDF) belongs inside.

    Inside a turn or a transaction that is already open it does nothing.
    """
    path = _lock_path()
    if path is None or connection.in_atomic_block or getattr(_mine, "held", False):
        yield
        return
    descriptor = _lock.acquire(path)
    _mine.held = True
    try:
        yield
    finally:
        _mine.held = False
        _lock.release(descriptor)


def _lock_path() -> str | None:
    if connection.vendor != "sqlite":
        return None
    name = str(connection.settings_dict["NAME"])
    if name == ":memory:" or "mode=memory" in name:
        return None
    return f"{name}-writers"
