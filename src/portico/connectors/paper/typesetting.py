"""Typst, the maker of PDF. The only module that knows it."""

from __future__ import annotations

import io
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

_HERE = Path(__file__).parent
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
_LETTER_PAPER = {"US", "CA", "MX", "PH", "CL", "CO"}


@cache
def _empty_root() -> str:
    """A folder with nothing in it: a template can read no file of this machine."""
    return tempfile.mkdtemp(prefix="portico-paper-")


def typeset(template: str, language: str, values: dict[str, Any]) -> bytes:
    """A tagged PDF/UA of a template beside this module. Texts go in as data, never as typst code."""
    import typst

    house = {
        "lang": language,
        "rtl": language in _RIGHT_TO_LEFT,
        "fonts": ["Noto Sans", "DejaVu Sans", "Noto Sans Arabic", "Noto Naskh Arabic"],
        "paper": "us-letter" if settings.PORTICO_COUNTRY in _LETTER_PAPER else "a4",
        "organisation": settings.PORTICO_ORGANISATION,
        "address": settings.PORTICO_ADDRESS,
        "phone": settings.PORTICO_PHONE,
    }
    pdf: bytes = typst.compile(
        (_HERE / template).read_bytes(),
        root=_empty_root(),
        sys_inputs={"data": json.dumps(house | values)},
        pdf_standards=["ua-1"],
    )
    return pdf


def qr_svg(text: str) -> str:
    """A QR code of a text."""
    import segno

    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", xmldecl=False, svgns=True, border=2)
    return out.getvalue().decode()
