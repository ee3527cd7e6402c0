"""Where a request came from and which number it has."""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portico.platform.kernel.ids import new_id

_log = structlog.get_logger("portico.requests")
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def request_id(request: HttpRequest) -> str:
    """The request's number, the same for as long as it lasts. A trusted proxy may give it."""
    known: str = getattr(request, "request_id", "")
    if not known:
        given = request.headers.get("X-Request-ID", "")
        trusted = settings.PORTICO_TRUSTED_PROXIES > 0 and _ID.fullmatch(given)
        known = given if trusted else new_id().hex
        request.request_id = known  # type: ignore[attr-defined]
    return known


def network_address(request: HttpRequest) -> str:
    """The client's address. `X-Forwarded-For` counts only as far as our own declared proxies wrote it."""
    proxies: int = settings.PORTICO_TRUSTED_PROXIES
    nearest: str = request.META.get("REMOTE_ADDR", "") or ""
    if proxies > 0:
        hops = [h.strip() for h in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(hops) >= proxies and _is_address(hops[-proxies]):
            return hops[-proxies]
    return nearest


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class RequestNumberMiddleware:
    """Gives each request its number, for logs, audit and the `X-Request-ID` of the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=request_id(request)):
            response = self.get_response(request)
            match = request.resolver_match
            _log.info(
                "request",
                method=request.method,
                route=match.route if match else "",  # never the address itself: it may be private
                status=response.status_code,
                ms=round((time.perf_counter() - began) * 1000, 1),
            )
        response["X-Request-ID"] = request_id(request)
        return response
