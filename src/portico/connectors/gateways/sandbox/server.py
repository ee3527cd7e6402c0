"""`portico sandbox`: the sandbox gateway as a process of its own. Without Django, to stay small."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from portico.connectors.gateways.sandbox.running import Sandbox

_LIVE = ("sk_live", "rk_live")
_YES = ("1", "true", "yes", "on")


def reasons_not_to_start(environment: Mapping[str, str]) -> list[str]:
    """Why the sandbox must not run here, in words; empty when it may."""
    found = []
    if environment.get("PORTICO_STRIPE_SECRET_KEY", "").strip().startswith(_LIVE):
        found.append(
            "PORTICO_STRIPE_SECRET_KEY is a live key. The sandbox never runs beside one: remove it."
        )
    if environment.get("PORTICO_STRIPE_SECRET_KEY_FILE"):
        found.append(
            "PORTICO_STRIPE_SECRET_KEY_FILE is set. The sandbox never runs beside a real gateway's key."
        )
    allowed = ("PORTICO_DEMO", "PORTICO_TESTING")
    if not any(environment.get(name, "").strip().lower() in _YES for name in allowed):
        found.append(
            "The sandbox moves no real money, so it runs with PORTICO_DEMO=1 or PORTICO_TESTING=1 only."
        )
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run until interrupted. Returns the exit code."""
    home = Path(os.environ.get("PORTICO_HOME", Path.cwd()))
    address = urlsplit(os.environ.get("PORTICO_SANDBOX_URL") or "http://127.0.0.1:8010")
    base_url = os.environ.get("PORTICO_BASE_URL") or "http://127.0.0.1:8000"
    parser = argparse.ArgumentParser(
        prog="portico sandbox", description="The sandbox gateway: Stripe's interface, and no money."
    )
    parser.add_argument("--host", default=address.hostname or "127.0.0.1")
    parser.add_argument("--port", type=int, default=address.port or 8010)
    parser.add_argument(
        "--state", type=Path, default=home / "var" / "sandbox.sqlite3", help="its own database"
    )
    parser.add_argument(
        "--webhook",
        default=f"{base_url.rstrip('/')}/webhooks/payments/sandbox",
        help="where events go",
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="the same seed makes the same identifiers"
    )
    options = parser.parse_args(argv)
    if reasons := reasons_not_to_start(os.environ):
        print("\n".join(reasons), file=sys.stderr)
        return 1
    options.state.parent.mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(
        options.state,
        host=options.host,
        port=options.port,
        webhook_url=options.webhook,
        seed=options.seed,
        deliver=True,
        public_url=os.environ.get("PORTICO_SANDBOX_URL", "").rstrip("/"),
    )
    try:
        sandbox.start()
    except OSError as error:
        print(
            f"The sandbox cannot listen on {options.host}:{options.port} ({error.strerror}).",
            file=sys.stderr,
        )
        return 1
    print(f"Sandbox gateway (TEST, no money moves) on {sandbox.url}", flush=True)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
    sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
