"""Which connector fills which port, and which handlers listen. The only place that knows both sides."""

from __future__ import annotations

from django.conf import settings

from portico.connectors.feeds.fhir.reading import open_fhir
from portico.connectors.gateways import setting_up as gateways
from portico.connectors.mail.sending import DjangoMail
from portico.connectors.paper.enrolment import TypesetEnrolment
from portico.connectors.paper.money import TypesetMoney
from portico.domain.billing import handlers as _billing  # noqa: F401 - importing registers them
from portico.domain.intake import ports as intake_ports
from portico.domain.notices import handlers as _notices  # noqa: F401
from portico.domain.notices import ports as notice_ports
from portico.domain.payments import ports as payment_ports
from portico.domain.people import handlers as _people  # noqa: F401
from portico.domain.people import ports as people_ports
from portico.platform.gate import upkeep


def connect() -> None:
    """Fill every port and register every handler. Called once, when Django is ready."""
    upkeep.register()
    intake_ports.install(open_fhir)
    people_ports.install(TypesetEnrolment())
    notice_ports.install(mail=DjangoMail(), paper=TypesetMoney())
    _connect_the_gateway()


def _connect_the_gateway() -> None:
    if settings.PORTICO_GATEWAY == "sandbox":
        payment_ports.install(gateways.sandbox_gateway(settings.PORTICO_SANDBOX_URL))
    elif settings.PORTICO_GATEWAY == "stripe":
        secrets = tuple(settings.PORTICO_STRIPE_WEBHOOK_SECRETS)
        key = settings.PORTICO_STRIPE_SECRET_KEY
        payment_ports.install(gateways.stripe_gateway(key, secrets))
