"""`POST /webhooks/payments/<gateway>`: keep the event, say thank you; the worker understands it later.

A stranger gets 404, 405, 413 or 400, and nothing else: no door, no session, no cookie, no error page.
"""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from portico.domain.payments import ports
from portico.platform.inbox import receiving

LARGEST_EVENT = 256 * 1024
CHANNEL = "payments.{gateway}"


@csrf_exempt
def take_event(request: HttpRequest, gateway: str) -> HttpResponse:
    """Verify, store once, answer 200. A repeated event is thanked for again and does nothing."""
    try:
        port = ports.gateway_named(gateway)
    except ports.NoGateway:
        return _say(404)
    if request.method != "POST":
        return _say(405, allow="POST")
    body = _body(request)
    if body is None:
        return _say(413)
    channel = CHANNEL.format(gateway=gateway)
    try:
        event = port.read_event(body, request.headers.get("Stripe-Signature", ""))
    except ports.Forged:
        receiving.note_forgery(channel)
        return _say(400)
    except ports.Unreadable:
        return _say(400)
    notes = {
        "kind": event.kind,
        "object_kind": event.object_kind,
        "object_id": event.object_id,
        "reference": event.reference,
        "livemode": event.livemode,
        "created": event.created.isoformat(),
    }
    receiving.receive(channel, event.id, body, content_type="application/json", notes=notes)
    return _say(200)


def _body(request: HttpRequest) -> bytes | None:
    """The raw body, if it is not too large to be an event."""
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > LARGEST_EVENT:
        return None
    try:
        body = request.read(LARGEST_EVENT + 1)
    except (RequestDataTooBig, UnreadablePostError):
        return None
    return body if len(body) <= LARGEST_EVENT else None


def _say(status: int, *, allow: str = "") -> HttpResponse:
    answer = HttpResponse(status=status, content_type="text/plain")
    if allow:
        answer["Allow"] = allow
    return answer


take_event.door = "machine"  # type: ignore[attr-defined]
