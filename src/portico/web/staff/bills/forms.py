"""What billing staff type: what they look for, and why a bill is corrected."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """Looks for bills. Nothing is required."""

    text = forms.CharField(
        label=_("Bill number, claim number or words of the title"), required=False, max_length=100
    )
    status = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("All bills")),
            ("open", _("Bills of this portal")),
            ("history", _("Settled before this portal")),
        ],
    )


class CorrectionForm(forms.Form):
    """A new version of a bill, with the reason that the patient will read."""

    reason = forms.CharField(
        label=_("Why is this bill corrected?"),
        help_text=_("The patient reads this sentence on the new version."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say in a sentence why the bill is corrected.")},
    )
