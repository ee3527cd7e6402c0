"""Papers can be read aloud, in every language, and carry what they must."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from portico.connectors.paper.enrolment import TypesetEnrolment
from portico.connectors.paper.money import TypesetMoney
from portico.domain.billing.queries import get_bill
from portico.domain.people.ports import LetterView
from tests.factories.billing import rosas_bill

LETTER = LetterView(
    "Nora Quist #set [x]", "nora-x7k2p", "H7KQ4N8V3", True, datetime(2026, 4, 9, tzinfo=UTC)
)


def read(pdf: bytes, language: str) -> str:
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith(language)
    assert reader.metadata is not None and reader.metadata.title
    return "\n".join(page.extract_text() for page in reader.pages)


@pytest.mark.parametrize("language", ["en", "es", "fr", "ar"])
def test_letter_and_form_are_tagged_in_every_language(language):
    text = read(TypesetEnrolment().letter_pdf(LETTER, language), language)
    assert "H7KQ 4N8V 3" in text
    assert "nora-x7k2p" in text
    assert read(TypesetEnrolment().form_pdf(language), language)


def test_the_letter_prints_a_name_as_it_is():
    assert "Nora Quist #set [x]" in read(TypesetEnrolment().letter_pdf(LETTER, "en"), "en")


def test_the_bill_on_paper_says_what_the_page_says(cast):
    bill = get_bill(cast.rosa.call(), bill_id=rosas_bill(cast.rosa.person_id))
    text = read(TypesetMoney().statement_pdf(bill, "en"), "en")
    assert "$142.60" in text
    assert "HS-20418" in text
