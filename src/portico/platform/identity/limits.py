"""How long a sign-in lasts (SECURITY §5, Sessions and sign-in)."""

from __future__ import annotations

from datetime import timedelta

IDLE = timedelta(minutes=15)
IDLE_SHARED = timedelta(minutes=5)
ABSOLUTE = timedelta(hours=12)
ABSOLUTE_STAFF = timedelta(hours=10)
NOTED_EVERY = timedelta(
    seconds=30
)  # activity is written at most this often: one UPDATE, not one a request
