"""What is written to people when something happened."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.utils import translation
from django.utils.translation import gettext as _

from portico.domain.notices import ports
from portico.domain.people import queries as people
from portico.domain.people.events import SignUpAsked
from portico.platform.gate import reactions
from portico.platform.gate.calls import system_call

SIGN_UP_SALT = "portico.sign-up"


@reactions.on(SignUpAsked, name="notices.send-sign-up-link")
def send_sign_up_link(event: SignUpAsked) -> None:
    """The link that proves the e-mail. The words are the same whoever asked; nobody is named."""
    to, language = people.get_sign_up_mail(system_call("worker"), sign_up_id=event.sign_up_id)
    token = signing.dumps(str(event.sign_up_id), salt=SIGN_UP_SALT)
    with translation.override(language or settings.LANGUAGE_CODE):
        ports.mail().send(
            to=to,
            subject=_("Go on with your account at %(clinic)s")
            % {"clinic": settings.PORTICO_ORGANISATION},
            paragraphs=[
                _("Somebody, we hope you, asked for an account with this e-mail."),
                _("Go on here within 24 hours: %(link)s")
                % {"link": f"{settings.BASE_URL}/sign-up/confirm/{token}"},
                _(
                    "You have an account already? Sign in with this e-mail, or ask for a new password."
                ),
                _("Was it not you? Then there is nothing to do."),
                _("Questions? Call %(phone)s.") % {"phone": settings.PORTICO_PHONE},
            ],
            language=language,
        )
