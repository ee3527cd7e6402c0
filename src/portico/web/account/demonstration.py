"""The demonstration's accounts for the sign-in page, given from above by `config/wiring.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """Somebody one may sign in as. `code` is the staff's one-time code of this moment."""

    role: str
    name: str
    sign_in_name: str
    password: str
    totp_secret: str = ""
    code: str = ""


_provider: list[Callable[[], tuple[DemonstrationAccount, ...]]] = []


def install(provider: Callable[[], tuple[DemonstrationAccount, ...]]) -> None:
    """Name who knows the demonstration's accounts."""
    _provider[:] = [provider]


def accounts() -> tuple[DemonstrationAccount, ...]:
    """The accounts to list; none outside the demonstration."""
    return _provider[0]() if _provider and settings.PORTICO_DEMO else ()
