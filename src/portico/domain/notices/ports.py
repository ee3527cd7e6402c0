"""What notices need from outside: mail and paper."""

from __future__ import annotations

from typing import Any, Protocol

from portico.domain.billing.queries import BillDetail


class Mail(Protocol):
    """Sends one message."""

    def send(self, *, to: str, subject: str, paragraphs: list[str], language: str) -> None:
        """Send the same words as text and as HTML."""


class Paper(Protocol):
    """Makes the papers of money, as tagged PDF."""

    def receipt_pdf(self, receipt: Any, language: str) -> bytes:
        """The receipt of a payment (`payments.queries.ReceiptView`)."""

    def statement_pdf(self, bill: BillDetail, language: str) -> bytes:
        """A bill with its remittance slip."""


_mail: list[Mail] = []
_paper: list[Paper] = []


def install(*, mail: Mail, paper: Paper) -> None:
    """Name who sends mail and who makes paper."""
    _mail[:], _paper[:] = [mail], [paper]


def mail() -> Mail:
    """Who sends mail."""
    return _mail[0]


def paper() -> Paper:
    """Who makes paper."""
    return _paper[0]
