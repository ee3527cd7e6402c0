"""Phone numbers, as typed anywhere in the world, in one form."""

from __future__ import annotations

import phonenumbers
from django.conf import settings


def clean(typed: str) -> str:
    """The number in E.164 (+15550100199), read by the installation's country; empty when it is none."""
    try:
        number = phonenumbers.parse(typed, settings.PORTICO_COUNTRY)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
