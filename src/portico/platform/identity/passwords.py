"""Passwords: long rather than complicated, and not easily guessed (SECURITY §5, Sessions and sign-in)."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

PATIENT_LENGTH = 12
STAFF_LENGTH = 15
MOST_LENGTH = 256
OWN_PART = 8  # characters beside the clinic's, the product's and the person's names
STRONG_ENOUGH = 3  # zxcvbn: more than 10^8 guesses


class Argon2(Argon2PasswordHasher):
    """Argon2id with 32 MiB: a little above the published minimum, small enough for several sign-ins at once."""

    time_cost = 3
    memory_cost = 32 * 1024
    parallelism = 1


class LengthValidator:
    """12 characters for patients, 15 for staff; no rule about what they are."""

    def validate(self, password: str, user: Any = None) -> None:
        least = STAFF_LENGTH if getattr(user, "is_staff_member", False) else PATIENT_LENGTH
        if len(password) < least:
            raise ValidationError(
                ngettext(
                    "Use at least %(least)d character. Several words in a row are easy to remember.",
                    "Use at least %(least)d characters. Several words in a row are easy to remember.",
                    least,
                )
                % {"least": least},
                code="password_too_short",
            )
        if len(password) > MOST_LENGTH:
            raise ValidationError(
                _("Use at most %(most)d characters.") % {"most": MOST_LENGTH},
                code="password_too_long",
            )

    def get_help_text(self) -> str | Promise:
        return _("At least 12 characters. Several words in a row are easy to remember.")


class StrengthValidator:
    """Refuses what is quickly guessed, the clinic's and the person's own names among it."""

    def validate(self, password: str, user: Any = None) -> None:
        from zxcvbn import zxcvbn

        if len(password) > MOST_LENGTH:
            return  # the length validator says so
        words = context_words(user)
        answer = zxcvbn(password[:100], user_inputs=words, max_length=100)
        if answer["score"] < STRONG_ENOUGH or len(without(words, password)) < OWN_PART:
            raise ValidationError(
                _(
                    "This password is too easy to guess. Add a few words that do not belong together."
                ),
                code="password_too_weak",
            )

    def get_help_text(self) -> str | Promise:
        return _("Not your name, the clinic's name, or a well-known phrase.")


def without(words: list[str], password: str) -> str:
    """What is left of a password without the words a stranger would try first."""
    rest = password.lower()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest.strip()


def context_words(user: Any = None) -> list[str]:
    """Words a stranger would try first: the clinic's, the product's and the person's own."""
    texts = [
        settings.PORTICO_ORGANISATION,
        "portico patient portal clinic hospital health doctor",
    ]
    for name in ("username", "email", "phone", "display_name"):
        texts.append(str(getattr(user, name, "") or ""))
    words = {w.lower() for t in texts for w in re.split(r"[^\w]+", t) if len(w) > 2}
    return sorted(words | {t.lower() for t in texts if t})
