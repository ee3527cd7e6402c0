"""What becomes of a sign-up, and the words for it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SignUpState(models.TextChoices):
    """A sign-up asks, proves its e-mail, and is then somebody: by itself, or by staff's decision."""

    ASKED = "asked", _("Waiting for the e-mail to be confirmed")
    WAITING = "waiting", _("Waiting for staff")
    LINKED = "linked", _("Linked to a person we know")
    NEW = "new", _("A new person")
    REFUSED = "refused", _("Refused")


DOCUMENTS = {
    "passport": _("Passport"),
    "identity-card": _("Identity card"),
    "driving-licence": _("Driving licence"),
    "insurance-card": _("Insurance card with photo"),
    "known": _("Known to the person who checked"),
}
