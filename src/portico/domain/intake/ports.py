"""What intake needs from outside: somebody who turns a file into FHIR resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portico.platform.kernel.errors import Refused
from portico.record.naming import Incoming


class Unreadable(Refused):
    """A file cannot be taken. `path` leads to the fault inside it, perhaps empty; `reason` is in plain words.

    Neither carries a value of the file: they are shown, logged and kept.
    """

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose kind was recognised by its content. `sha256` and `byte_count` are of the unpacked bytes.

    `read()` yields its resources in order and raises `Unreadable` at the first fault.
    """

    format: str
    sha256: str
    byte_count: int
    read: Callable[[], Iterator[Incoming]]


# Recognises a file by its content, packed or plain; raises Unreadable when no feed knows it.
Opener = Callable[[bytes], Opened]

_openers: list[Opener] = []


def install(opener: Opener) -> None:
    """Fill the port. Called once by the wiring; a later call replaces the former."""
    _openers[:] = [opener]


def open_file(content: bytes) -> Opened:
    """Recognise a file and make it ready to read."""
    return _openers[0](content)
