"""The test numbers that the sandbox takes, as Stripe publishes them, and what each one does.

Numbers are compared here and forgotten: what is kept is the brand, the last four digits and the behaviour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "Amex", "discover": "Discover"}


@dataclass(frozen=True, slots=True)
class TestCard:
    """A published number. `behaviour` is a slug of BEHAVIOURS; `words` a key of the page's catalogue."""

    __test__ = False

    number: str
    brand: str
    behaviour: str

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def grouped(self) -> str:
        """The number as it stands on a card: in fours, an Amex as 4-6-5."""
        if self.brand == "amex":
            return f"{self.number[:4]} {self.number[4:10]} {self.number[10:]}"
        return " ".join(self.number[i : i + 4] for i in range(0, 16, 4))


CARDS = (
    TestCard("4242424242424242", "visa", "pays"),
    TestCard("5555555555554444", "mastercard", "pays"),
    TestCard("378282246310005", "amex", "pays"),
    TestCard("6011111111111117", "discover", "pays"),
    TestCard("4000000000000002", "visa", "generic_decline"),
    TestCard("4000000000000341", "visa", "generic_decline"),
    TestCard("4000000000009995", "visa", "insufficient_funds"),
    TestCard("4000000000009987", "visa", "lost_card"),
    TestCard("4000000000009979", "visa", "stolen_card"),
    TestCard("4100000000000019", "visa", "fraudulent"),
    TestCard("4000000000000069", "visa", "expired_card"),
    TestCard("4000000000000127", "visa", "incorrect_cvc"),
    TestCard("4000000000000036", "visa", "incorrect_zip"),
    TestCard("4000000000000119", "visa", "processing_error"),
    TestCard("4000002500003155", "visa", "bank_check"),
    TestCard("4000000000003220", "visa", "bank_check"),
    TestCard("4000008400001629", "visa", "bank_check_then_decline"),
)
_BY_NUMBER = {card.number: card for card in CARDS}

# Declines by behaviour: (error code, decline code). What is no decline of its own stands not here.
DECLINES = {
    "generic_decline": ("card_declined", "generic_decline"),
    "do_not_honor": ("card_declined", "do_not_honor"),
    "insufficient_funds": ("card_declined", "insufficient_funds"),
    "lost_card": ("card_declined", "lost_card"),
    "stolen_card": ("card_declined", "stolen_card"),
    "fraudulent": ("card_declined", "fraudulent"),
    "card_velocity_exceeded": ("card_declined", "card_velocity_exceeded"),
    "expired_card": ("expired_card", "expired_card"),
    "incorrect_cvc": ("incorrect_cvc", "incorrect_cvc"),
    "incorrect_zip": ("incorrect_zip", "incorrect_zip"),
    "processing_error": ("processing_error", "processing_error"),
}

BANK_ROUTING = "110000000"
BANK_ACCOUNTS = {"000123456789": "bank_pays", "000111111116": "bank_fails"}


def digits_of(typed: str) -> str:
    """The digits of a typed number, in any script, without spaces, dashes and marks of direction."""
    kept = re.sub(r"[\s\-\u2010-\u2015.\u200e\u200f\u2066-\u2069]", "", typed)
    return "".join(str(int(c)) if c.isdecimal() else c for c in kept)


def find_card(digits: str) -> TestCard | None:
    """The published test card of that number, if it is one."""
    return _BY_NUMBER.get(digits)


def is_luhn(digits: str) -> bool:
    """Does the check digit fit (ISO/IEC 7812-1, annex B)?"""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def brand_of(digits: str) -> str:
    """The card brand by the number's first digits; empty when unknown."""
    for brand, start in (
        ("amex", r"3[47]"),
        ("diners", r"3(0[0-5]|09|[689])"),
        ("jcb", r"35"),
        ("visa", r"4"),
        ("mastercard", r"5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720)"),
        ("discover", r"6(011|4[4-9]|5)"),
        ("unionpay", r"62"),
    ):
        if re.match(start, digits):
            return brand
    return ""


def length_of(brand: str) -> int:
    """How many digits a number of that brand has."""
    return {"amex": 15, "diners": 14}.get(brand, 16)
