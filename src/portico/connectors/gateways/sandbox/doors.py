"""The sandbox's doors: Stripe's API, the hosted pages, the control, and a copy of the stylesheet."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from portico.connectors.gateways.sandbox import (
    api,
    control,
    details,
    forms,
    money,
    orders,
    pages,
)
from portico.connectors.gateways.sandbox.api import ApiCall
from portico.connectors.gateways.sandbox.store import Object
from portico.connectors.gateways.sandbox.words import LANGUAGES

if TYPE_CHECKING:
    from portico.connectors.gateways.sandbox.running import Sandbox

LARGEST_BODY = 64 * 1024
_HERE = Path(__file__).parent / "static"
_PORTAL = Path(__file__).parents[3] / "ui" / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


class Server(ThreadingHTTPServer):
    """One thread a connection; they die with the process."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._let_go = threading.Semaphore(0)
        self._open: set[socket.socket] = set()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients go away; that is no error here."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """Break every connection that is still open, as the death of the process would."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def note_acted(self) -> None:
        """A request that was let go has acted."""
        self._let_go.release()

    def wait_for_the_let_go(self) -> None:
        """Wait for one such request, five seconds at most."""
        self._let_go.acquire(timeout=5)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection's requests."""

    protocol_version = "HTTP/1.1"
    server_version = "Sandbox-TEST"
    sys_version = ""
    timeout = 30
    server: Server

    def do_GET(self) -> None:
        self._answer("GET", b"")

    def do_DELETE(self) -> None:
        self._answer("DELETE", b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            return self._send(413, b"", "text/plain")
        self._answer("POST", self.rfile.read(int(length)))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: addresses name sessions."""

    def _answer(self, method: str, body: bytes) -> None:
        parts = urlsplit(self.path)
        self.query = dict(parse_qsl(parts.query))
        path = parts.path
        if path.startswith("/v1/"):
            return self._api(method, path, body)
        if path == "/_control" and method == "POST":
            return self._control(body)
        if path == "/health":
            return self._json(200, {"test": True})
        if path.startswith("/assets/") and method == "GET":
            return self._asset(path.removeprefix("/assets/"))
        page = re.match(r"^/(pay|bank-check)/([A-Za-z0-9_]+)$", path)
        if page and page[1] == "pay":
            return self._details(method, page[2], body)
        if page:
            return self._bank_check(method, page[2], body)
        return self._page(404, pages.over_page("", self._language({})))

    # --- the API -----------------------------------------------------------------------------
    def _api(self, method: str, path: str, body: bytes) -> None:
        if not self._is_authorised():
            message = "Invalid API Key provided. The sandbox takes sk_test_sandbox only."
            return self._json(401, {"error": {"type": "invalid_request_error", "message": message}})
        sandbox = self.server.sandbox
        sandbox.run_late()
        try:
            params = forms.read_form(urlsplit(self.path).query) | forms.read_form(body.decode())
        except ValueError as error:
            return self._json(
                400, {"error": {"type": "invalid_request_error", "message": str(error)}}
            )
        call = ApiCall(
            method=method,
            path=path,
            params=params,
            account=self.headers.get("Stripe-Account", ""),
            key=self.headers.get("Idempotency-Key", ""),
            base_url=sandbox.public_url,
        )
        ending = orders.handle(sandbox.store, call)
        if ending.hold:
            sandbox.wait(ending.hold)
        if ending.reply is None:
            self._let_go()
            if ending.afterwards:
                api.perform(sandbox.store, ending.afterwards)
                self.server.note_acted()
        elif ending.raw is not None:
            self._send(200, ending.raw, "text/html")
        elif ending.cut:
            whole = json.dumps(ending.reply.body).encode()
            self._send(
                ending.reply.status, whole[: len(whole) // 2], "application/json", length=len(whole)
            )
            self._let_go()
        else:
            self._json(ending.reply.status, ending.reply.body, ending.reply.headers)

    def _is_authorised(self) -> bool:
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            try:
                value = base64.b64decode(value).decode().partition(":")[0]
            except ValueError:
                return False
        return value.startswith("sk_test_sandbox")

    # --- the control -------------------------------------------------------------------------
    def _control(self, body: bytes) -> None:
        # A page of a stranger must not reach this through somebody's browser.
        plain = self.headers.get("Content-Type", "").partition(";")[0].strip() == "application/json"
        if not plain or self.headers.get("Origin"):
            return self._json(403, {"error": "Send application/json, and not from a web page."})
        try:
            order = json.loads(body)
            answer = control.obey(self.server.sandbox.store, self.server.sandbox.hook, order)
        except control.NotUnderstood as error:
            return self._json(400, {"error": str(error)})
        except (ValueError, AttributeError):
            return self._json(400, {"error": "Send one JSON object."})
        return self._json(200, answer)

    # --- the pages ---------------------------------------------------------------------------
    def _details(self, method: str, key: str, body: bytes) -> None:
        store = self.server.sandbox.store
        session = store.get("checkout.session", key)
        if session is None:
            return self._page(404, pages.over_page("", self._language({})))
        session = api.expire_if_old(store, session)
        language = self._language(session)
        back = session["success_url"].replace("{CHECKOUT_SESSION_ID}", key)
        if session["status"] != "open":
            return self._page(410, pages.over_page(back, language), back)
        addresses = (session["success_url"], session["cancel_url"])
        if method == "GET":
            email = session["customer_details"]["email"] or ""
            typed = details.Typed({"kind": "card", "email": email}, save=False)
            return self._page(200, pages.details_page(session, typed, [], language), *addresses)
        typed = self._typed(body)
        is_us = session["currency"] == "usd"
        problems = details.problems_of(typed, now=store.now(), is_us=is_us)
        if problems:
            return self._page(
                422, pages.details_page(session, typed, problems, language), *addresses
            )
        details.complete(store, session, typed)
        return self._redirect(back)

    def _bank_check(self, method: str, key: str, body: bytes) -> None:
        store = self.server.sandbox.store
        intent = store.get("payment_intent", key)
        if intent is None:
            return self._page(404, pages.over_page("", self._language({})))
        session = self._session_of(intent)
        language = self._language(session)
        action = (intent["next_action"] or {}).get("redirect_to_url", {})
        if intent["status"] != "requires_action":
            return self._page(410, pages.over_page("", language))
        if method == "GET":
            shown = pages_shown(intent, session)
            return self._page(
                200, pages.bank_check_page(intent, shown, language), action["return_url"]
            )
        answer = dict(parse_qsl(body.decode(errors="replace"))).get("answer")
        if answer in ("pass", "fail"):
            with store.change():
                money.finish_bank_check(store, intent, passed=answer == "pass")
        joint = "&" if "?" in action["return_url"] else "?"
        return self._redirect(f"{action['return_url']}{joint}{urlencode({'payment_intent': key})}")

    def _typed(self, body: bytes) -> details.Typed:
        try:
            return details.read(forms.read_form(body.decode(errors="replace")))
        except forms.UnreadableForm:
            return details.read({})

    def _session_of(self, intent: Object) -> Object:
        for session in self.server.sandbox.store.all("checkout.session"):
            if session["customer"] == intent["customer"]:
                return session
        return {}

    def _language(self, session: Object) -> str:
        wanted = (
            self.query.get("lang")
            or session.get("metadata", {}).get("language")
            or session.get("locale")
        )
        return str(wanted)[:2] if str(wanted)[:2] in LANGUAGES else "en"

    def _asset(self, name: str) -> None:
        if not re.match(r"^[a-zA-Z0-9][\w./-]*$", name) or ".." in name:
            return self._send(404, b"", "text/plain")
        for root in (_HERE, _PORTAL):
            path = root / name
            if path.suffix in _TYPES and path.is_file():
                return self._send(
                    200, path.read_bytes(), _TYPES[path.suffix], {"Cache-Control": "max-age=300"}
                )
        return self._send(404, b"", "text/plain")

    # --- sending -----------------------------------------------------------------------------
    def _page(self, status: int, html: str, *addresses: str) -> None:
        headers = {
            "Content-Security-Policy": pages.policy(*addresses),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        self._send(status, html.encode(), "text/html; charset=utf-8", headers)

    def _redirect(self, address: str) -> None:
        self._send(303, b"", "text/plain", {"Location": address, "Cache-Control": "no-store"})

    def _json(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        text = json.dumps(body, indent=1).encode()
        self._send(
            status, text, "application/json", {"Request-Id": "req_sandbox", **(headers or {})}
        )

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str,
        headers: dict[str, str] | None = None,
        *,
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _let_go(self) -> None:
        """Break the connection without another word."""
        self.wfile.flush()
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Both the reader and the writer hold the socket; only shutting it down is seen at once.
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def pages_shown(intent: Object, session: Object) -> Object:
    """What the bank check page says about the payment."""
    known = session.get("metadata", {})
    same = known.get("shown_minor") == str(intent["amount"])
    plain = f"{intent['amount']} {intent['currency'].upper()}"
    return {
        "shown_amount": known.get("shown_amount") if same else plain,
        "shown_payee": known.get("shown_payee"),
    }
