"""JSON text to values, decimals kept. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

_decoder = msgspec.json.Decoder(float_hook=Decimal)


def decode(raw: str | bytes) -> dict[str, Any]:
    """The values of a resource's text. Numbers with a point or exponent become Decimal, as written."""
    value: dict[str, Any] = _decoder.decode(raw)
    return value
