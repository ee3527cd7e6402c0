"""A sandbox that runs: its store, its server, and the thread that delivers events. Also the tests' handle on it."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from portico.connectors.gateways.sandbox import control, orders
from portico.connectors.gateways.sandbox.doors import Server
from portico.connectors.gateways.sandbox.events import Hook, deliver_due
from portico.connectors.gateways.sandbox.keys import TEST_WEBHOOK_SECRETS
from portico.connectors.gateways.sandbox.store import Object, Store

_TICK = 1.0


class Sandbox:
    """The gateway in this process. `with Sandbox() as sandbox:` listens on a free loopback port.

    `path` names its SQLite file; without one a temporary file is used and removed. With
    `deliver=False` (tests) events leave only by `control("deliver")` and the like.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        webhook_url: str = "",
        secrets: tuple[str, ...] = TEST_WEBHOOK_SECRETS,
        seed: int = 1,
        deliver: bool = False,
        public_url: str = "",
    ) -> None:
        self._folder = contextlib.ExitStack()
        if path is None:
            folder = self._folder.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-"))
            path = Path(folder) / "sandbox.sqlite3"
        self.hook = Hook(webhook_url, secrets)
        self._seed, self._path, self._deliver = seed, path, deliver
        self._address, self._public_url = (host, port), public_url
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> Self:
        """Listen. Raises OSError when the port is taken."""
        self._stopping.clear()
        self.store = Store(self._path, seed=self._seed)
        try:
            self.server = Server(self._address, self)
        except OSError:
            self.store.close()
            raise
        self._address = (self._address[0], self.server.server_address[1])
        self.url = f"http://{self._address[0]}:{self._address[1]}"
        self.public_url = self._public_url or self.url
        work = [lambda: self.server.serve_forever(poll_interval=0.02 if not self._deliver else 0.5)]
        if self._deliver:
            work.append(self._keep_delivering)
        self._threads = [threading.Thread(target=one, daemon=True) for one in work]
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Let go of the port. What was committed stays in the file; `start()` goes on with it."""
        self._stopping.set()
        self.server.shutdown()
        self.server.hang_up()
        self.server.server_close()
        for thread in self._threads:
            thread.join(timeout=5)
        self.store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._folder.close()

    # --- the handle ------------------------------------------------------------------------
    def control(self, do: str, **options: Any) -> Object:
        """What `POST /_control` does, without the network: `control("order", what="hang")`."""
        return control.obey(self.store, self.hook, {"do": do, **options})

    def charges(self, reference: str = "", *, paid: bool = True) -> list[Object]:
        """The gateway's own list, the judge of every test: paid charges, by our reference."""
        found: list[Object] = self.control("list", kind="charge", reference=reference)["data"]
        return [charge for charge in found if charge["paid"]] if paid else found

    def settled(self) -> None:
        """Wait until every request that was let go has acted (`time-out-then-act`)."""
        self.server.wait_for_the_let_go()

    def run_late(self) -> int:
        """Do what was ordered late and is due."""
        return orders.run_late(self.store)

    def wait(self, seconds: float) -> None:
        """Silence, cut short when the sandbox stops."""
        self._stopping.wait(seconds)

    def _keep_delivering(self) -> None:
        while not self._stopping.wait(_TICK):
            self.run_late()
            deliver_due(self.store, self.hook)
