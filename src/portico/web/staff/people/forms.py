"""The returned enrolment form, keyed in on one page."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portico.web.account.forms import BirthForm

DOCUMENTS = [
    ("passport", _("Passport")),
    ("identity-card", _("Identity card")),
    ("driving-licence", _("Driving licence")),
    ("insurance-card", _("Insurance card with photo")),
    ("known", _("I know this person")),
]


class EnrolmentForm(BirthForm):
    """Who stands at the desk, and by which document that is known."""

    full_name = forms.CharField(label=_("Full name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=30)
    language = forms.ChoiceField(label=_("Language of letters"), choices=lambda: settings.LANGUAGES)
    document = forms.ChoiceField(label=_("Which document did you see?"), choices=DOCUMENTS)
    field_order = ("full_name", "day", "month", "year", "email", "phone", "language", "document")
