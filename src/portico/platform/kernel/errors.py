"""The two families of refusals. What exactly was refused stands beside the function that refuses."""

from __future__ import annotations


class Refused(Exception):
    """A rule said no. Nothing was changed. Subclasses are named for what was refused (`BillChanged`)."""


class NotThere(Refused):
    """The thing is not there for this person; the door answers 404."""
