"""The papers of enrolment: the letter with the code, and the blank form."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portico.connectors.paper.typesetting import qr_svg, typeset
from portico.domain.people.ports import LetterView
from portico.platform.kernel.ids import group_code


class TypesetEnrolment:
    """Fills `people.ports.EnrolmentPaper`."""

    def letter_pdf(self, letter: LetterView, language: str) -> bytes:
        """The letter. Its QR opens the page with the code filled in; the code alone opens nothing."""
        address = f"{settings.BASE_URL}/enroll"
        with translation.override(language):
            fact = _("birth year") if letter.asks_year_only else _("date of birth")
            until = date_format(timezone.localdate(letter.expires_at), "DATE_FORMAT")
            values = {
                "title": _("Your way into the patient portal"),
                "paragraphs": [
                    letter.full_name,
                    _(
                        "With this letter you open your account. Nobody else can use it without your %(fact)s."
                    )
                    % {"fact": fact},
                ],
                "headers": [_("What"), _("Yours")],
                "facts": [
                    [_("Address"), address],
                    [_("Code"), group_code(letter.code)],
                    [_("User name"), letter.username],
                    [_("Use it until"), until],
                ],
                "qr": qr_svg(f"{address}?code={letter.code}"),
                "qr_alt": _("QR code of the address with your code"),
                "after": [
                    _("1. Open the address or photograph the picture."),
                    _("2. Type the code and your %(fact)s.") % {"fact": fact},
                    _("3. Choose a password. From then on you sign in with your user name."),
                    _(
                        "Keep this letter until then as you keep a key. Lost it? Call us and it stops working."
                    ),
                ],
            }
            return typeset("letter.typ", language, values)

    def form_pdf(self, language: str) -> bytes:
        """The blank form."""
        with translation.override(language):
            values = {
                "title": _("Ask for an account of the patient portal"),
                "paragraphs": [
                    _(
                        "Fill this in and bring it to the front desk with a document that shows who you are."
                    )
                ],
                "questions": [
                    _("Full name, as on your document"),
                    _(
                        "Date of birth (day, month, year; the year alone is enough where the day is not known)"
                    ),
                    _("E-mail (if you have one)"),
                    _("Phone (if you have one)"),
                    _("Language in which we write to you"),
                    _("Signature and date"),
                ],
                "desk": _("For the front desk"),
                "desk_questions": [
                    _("Which document was shown?"),
                    _("Record number"),
                    _("Checked by, and when"),
                ],
            }
            return typeset("form.typ", language, values)
