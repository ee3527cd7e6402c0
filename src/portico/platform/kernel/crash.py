"""Named points at which tests let the process die, to see that nothing is lost or done twice.

`PORTICO_CRASH_AT=payments.after-confirm:2` kills the process the second time it comes by. Only with the
demonstration or in tests; production refuses the setting. `portico crash-points` lists the names.
"""

from __future__ import annotations

import os
import signal

from django.conf import settings

points: dict[str, str] = {}
_passed: dict[str, int] = {}


class UnknownCrashPoint(AssertionError):
    """A point that nobody declared, or a name declared twice with different words."""


def declare(name: str, words: str) -> str:
    """Name a point, once, beside the code that passes it: `AFTER_CONFIRM = declare("payments.after-confirm", "…")`."""
    if points.setdefault(name, words) != words:
        raise UnknownCrashPoint(name)
    return name


def crash_point(name: str) -> None:
    """Die here if the test asked for it. Costs a dictionary look-up otherwise."""
    if name not in points:
        raise UnknownCrashPoint(name)
    wanted: str = settings.PORTICO_CRASH_AT
    if not wanted:
        return
    at, _, count = wanted.partition(":")
    if at != name:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] == int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
