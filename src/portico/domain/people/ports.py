"""What people's verbs need from outside: paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LetterView:
    """What stands on an enrolment letter. `code` is known only now; the database keeps its hash."""

    full_name: str
    username: str
    code: str
    asks_year_only: bool
    expires_at: datetime


class EnrolmentPaper(Protocol):
    """Makes the papers of enrolment, as tagged PDF."""

    def letter_pdf(self, letter: LetterView, language: str) -> bytes:
        """The letter with code, user name and QR."""

    def form_pdf(self, language: str) -> bytes:
        """The blank form that a patient fills in by hand."""


_paper: list[EnrolmentPaper] = []


def install(paper: EnrolmentPaper) -> None:
    """Name the maker of papers."""
    _paper[:] = [paper]


def paper() -> EnrolmentPaper:
    """The maker of papers."""
    return _paper[0]
