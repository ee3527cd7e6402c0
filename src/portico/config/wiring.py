"""Which connector fills which port, and which handlers listen. The only place that knows both sides."""

from __future__ import annotations


def connect() -> None:
    """Fill every port and register every handler. Called once, when Django is ready."""
