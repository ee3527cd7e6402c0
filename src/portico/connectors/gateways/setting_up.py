"""The gateway that the settings ask for."""

from __future__ import annotations

from portico.connectors.gateways.sandbox.keys import TEST_KEY, TEST_WEBHOOK_SECRETS
from portico.connectors.gateways.stripe.gateway import StripeGateway


def sandbox_gateway(base_url: str, *, timeouts: tuple[float, float] = (3.0, 10.0)) -> StripeGateway:
    """The connector that production uses, pointed at a sandbox, with the keys that everybody knows."""
    return StripeGateway(
        name="sandbox",
        secret_key=TEST_KEY,
        webhook_secrets=TEST_WEBHOOK_SECRETS,
        base_url=base_url,
        timeouts=timeouts,
    )


def stripe_gateway(secret_key: str, webhook_secrets: tuple[str, ...]) -> StripeGateway:
    """Stripe itself."""
    return StripeGateway(name="stripe", secret_key=secret_key, webhook_secrets=webhook_secrets)
