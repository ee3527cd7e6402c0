"""A sandbox on a free port of this machine, and the connector pointed at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portico.connectors.gateways.sandbox.running import Sandbox
from portico.connectors.gateways.setting_up import sandbox_gateway
from portico.connectors.gateways.stripe.gateway import StripeGateway


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The sandbox gateway in this process, with nothing in it. It delivers events only when told."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def gateway(sandbox: Sandbox) -> StripeGateway:
    """The connector, which waits a quarter of a second at most."""
    return sandbox_gateway(sandbox.url, timeouts=(0.25, 0.25))
