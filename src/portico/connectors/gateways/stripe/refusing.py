"""Amounts that cannot be sent, or cannot be read."""

from __future__ import annotations

from portico.domain.payments.ports import GatewayRefused


class CannotCharge(GatewayRefused):
    """Stripe has no way to take exactly this amount. Nothing was sent."""


class StrangeAmount(ValueError):
    """Stripe names an amount that our minor units cannot hold. What it did is not in doubt by that."""
