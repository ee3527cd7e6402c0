"""The port to whoever sends short codes to phones, filled in `config/wiring.py`."""

from __future__ import annotations

from collections.abc import Callable

Sender = Callable[[str, str], None]
_sender: list[Sender] = []


class NoTexting(Exception):
    """This installation sends no texts: SMS_URL is not set."""


def install(sender: Sender) -> None:
    """Name the function (phone, code) that sends a code."""
    _sender[:] = [sender]


def can_send() -> bool:
    """Does this installation send texts at all? Pages offer a phone only then."""
    return bool(_sender)


def send(phone: str, code: str) -> None:
    """Send a code to a phone; NoTexting where nobody does that."""
    if not _sender:
        raise NoTexting
    _sender[0](phone, code)
