"""What comes in at `/webhooks/payments/<gateway>`: kept once, in any order, and forgeries refused and counted."""

from __future__ import annotations

import itertools
import json
import threading

import pytest
from django.test import Client

from portico.connectors.gateways.sandbox import events, forging
from portico.connectors.gateways.sandbox.keys import TEST_WEBHOOK_SECRETS
from portico.connectors.gateways.sandbox.shapes import event as shape_event
from portico.platform.inbox.models import Forgery, Message

URL = "/webhooks/payments/sandbox"
THING = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 14260,
    "metadata": {"reference": "P7K3-M9QX"},
}


@pytest.fixture
def now(clock) -> int:
    return int(clock.now().timestamp())


@pytest.fixture
def event(now) -> dict:
    return shape_event("evt_1", now, "payment_intent.succeeded", THING, account="")


def send(body: bytes, signature: str | None, client: Client | None = None, **extra):
    headers = {} if signature is None else {"Stripe-Signature": signature}
    client = client or Client(enforce_csrf_checks=True)
    return client.post(URL, body, content_type="application/json", headers=headers, **extra)


def signed(event: dict, now: int) -> tuple[bytes, str]:
    body = json.dumps(event).encode()
    return body, events.sign(body, TEST_WEBHOOK_SECRETS, now)


@pytest.mark.django_db
def test_an_event_is_kept_as_it_came_and_thanked_for(event, now):
    body, signature = signed(event, now)
    assert send(body, signature).status_code == 200
    kept = Message.objects.get()
    assert (kept.channel, kept.message_id, bytes(kept.body)) == ("payments.sandbox", "evt_1", body)
    assert kept.notes["object_id"] == "pi_1"
    assert kept.notes["reference"] == "P7K3-M9QX"
    assert "amount" not in kept.notes  # a look-up says what is true


@pytest.mark.django_db
def test_a_repeated_event_is_thanked_for_and_kept_once(event, now):
    for _ in range(3):
        assert send(*signed(event, now)).status_code == 200
    assert Message.objects.count() == 1


def test_eight_copies_at_once_are_kept_once(committing, event, now):
    from django.db import connections

    answers, ready = [], threading.Barrier(8)

    def one() -> None:
        try:
            ready.wait()
            answers.append(send(*signed(event, now)).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 8
    assert Message.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(forging.KINDS))
def test_a_forgery_is_refused_and_nothing_of_it_is_kept(event, now, kind):
    answer = send(*forging.forge(kind, event, TEST_WEBHOOK_SECRETS, now))
    assert answer.status_code == 400
    assert not Message.objects.exists()
    counted = Forgery.objects.filter(channel="payments.sandbox", count=1).exists()
    assert counted == (kind not in ("not-json", "other-shape"))  # those were signed by the gateway


def test_there_are_at_least_ten_kinds_of_forgery():
    assert len(forging.KINDS) >= 10


@pytest.mark.django_db
def test_both_secrets_count_while_the_key_is_changed(event, now, sandbox):
    from portico.connectors.gateways.stripe.gateway import StripeGateway

    gateway = StripeGateway(name="s", secret_key="sk_test_1", webhook_secrets=("new", "old"))
    body = json.dumps(event).encode()
    for secrets in (("old",), ("new",), ("old", "new"), ("somebody", "new")):
        assert gateway.read_event(body, events.sign(body, secrets, now)).id == "evt_1"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'"x"',
        b'{"object":"event"}',
        b'{"object":"event","id":1,"data":{"object":{}}}',
        b'{"object":"event","id":"e","type":"t","created":1e400,"livemode":false,"data":{"object":{"id":"a","object":"b"}}}',
        b'{"object":"event","id":"e","type":"t","created":1,"livemode":"no","data":{"object":{"id":"a","object":"b"}}}',
        b'{"object":"event","id":"'
        + b"e" * 300
        + b'","type":"t","created":1,"livemode":false,"data":{"object":{"id":"a","object":"b"}}}',
        b'{"object":"event","id":"e\\u0000","type":"t","created":1,"livemode":false,"data":{"object":{"id":"a","object":"b"}}}',
        b'{"object":"event","id":"e","type":"t","created":1,"livemode":false,"data":{"object":{"id":"a","object":"b","metadata":[1]}}}',
        b"[" * 60000,
        b"\xff\xfe\x00",
    ],
)
def test_signed_nonsense_is_refused_without_an_error_page(body, now):
    assert send(body, events.sign(body, TEST_WEBHOOK_SECRETS, now)).status_code == 400
    assert not Message.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "signature",
    [
        "t=",
        "t=1",
        "v1=",
        "t=1,v1=é",
        "t=²,v1=aa",
        "t=-5,v1=aa",
        "t=99999999999999999999,v1=aa",
        ",,,,",
        "=" * 4000,
    ],
)
def test_a_strange_signature_is_a_forgery(event, signature):
    answer = Client().generic(
        "POST", URL, json.dumps(event).encode(), HTTP_STRIPE_SIGNATURE=signature
    )
    assert answer.status_code == 400


@pytest.mark.django_db
def test_a_huge_body_is_not_read(event, now):
    body = b" " * (256 * 1024 + 1)
    assert send(body, events.sign(body, TEST_WEBHOOK_SECRETS, now)).status_code == 413


@pytest.mark.django_db
def test_only_post_and_only_gateways_that_are_here(event, now):
    assert Client().get(URL).status_code == 405
    assert (
        Client().post("/webhooks/payments/moon", b"{}", content_type="text/plain").status_code
        == 404
    )


def test_every_order_of_a_payments_events_keeps_the_same(db, sandbox, gateway, now):
    from tests.connectors.test_gateway_contract import Till

    till = Till(gateway, sandbox)
    till.confirm(till.open().intent)
    made = sandbox.control("list", kind="event")["data"]
    kinds = {e["type"] for e in made}
    assert {"payment_intent.created", "charge.succeeded", "payment_intent.succeeded"} <= kinds
    last = made[-4:]
    for order in itertools.permutations(last):
        Message.objects.all().delete()
        for one in (*order, order[0]):
            assert send(*signed(one, now)).status_code == 200
        assert set(Message.objects.values_list("message_id", flat=True)) == {e["id"] for e in last}


# --- the sandbox's side of delivery -------------------------------------------------------


class Receiver:
    """Notes what was posted, and answers what it is told to."""

    def __init__(self, monkeypatch) -> None:
        self.got: list[str] = []
        self.answer = 200
        monkeypatch.setattr(events, "post", self.post)

    def post(self, hook, body, signature) -> int:
        self.got.append(json.loads(body)["id"])
        return self.answer


@pytest.fixture
def receiver(monkeypatch, sandbox) -> Receiver:
    sandbox.hook = events.Hook("http://127.0.0.1:9/hook", TEST_WEBHOOK_SECRETS)
    return Receiver(monkeypatch)


def make_events(sandbox, gateway, key="k1") -> list[str]:
    from tests.connectors.test_gateway_contract import Till

    till = Till(gateway, sandbox)
    till.confirm(till.open(key=key).intent, key=key)
    return [e["id"] for e in sandbox.control("list", kind="event")["data"]]


def test_events_come_again_until_they_are_taken(sandbox, gateway, receiver, clock):
    made = make_events(sandbox, gateway)
    receiver.answer = 500
    sandbox.control("deliver")
    sandbox.control("deliver")
    assert receiver.got == made  # not at once again
    receiver.answer = 200
    clock.advance(seconds=6)
    sandbox.control("deliver")
    clock.advance(hours=1)
    sandbox.control("deliver")
    assert receiver.got == made * 2


def test_events_can_be_held_reordered_repeated_and_delayed(sandbox, gateway, receiver, clock):
    sandbox.control("events", held=True)
    made = make_events(sandbox, gateway)
    sandbox.control("deliver")
    assert receiver.got == []
    sandbox.control("events", order="reversed", copies=2)
    sandbox.control("release")
    assert receiver.got == [e for e in reversed(made) for _ in range(2)]
    sandbox.control("forget-orders")
    sandbox.control("events", delay=72 * 3600)
    more = make_events(sandbox, gateway, key="k2")[len(made) :]
    receiver.got.clear()
    sandbox.control("deliver")
    assert receiver.got == []
    clock.advance(hours=73)
    sandbox.control("deliver")
    assert receiver.got == more


def test_shuffling_follows_the_seed(sandbox, gateway, receiver):
    sandbox.control("events", order="shuffled", seed=5)
    made = make_events(sandbox, gateway)
    sandbox.control("deliver")
    assert receiver.got != made
    assert sorted(receiver.got) == sorted(made)


def test_events_travel_from_the_sandbox_to_the_inbox_over_the_wire(committing, sandbox, gateway):
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    class Silent(WSGIRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

    portal = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Silent)

    def serve() -> None:
        portal.serve_forever(poll_interval=0.02)
        connections.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        url = f"http://127.0.0.1:{portal.server_port}{URL}"
        sandbox.hook = events.Hook(url, ("whsec_old", *TEST_WEBHOOK_SECRETS))
        made = make_events(sandbox, gateway)
        assert sandbox.control("deliver")["delivered"] == len(made)
        assert sandbox.control("send", events=made[:2] * 2)["answers"] == [200] * 4
        assert (
            sandbox.control("inflate", event=made[-1])["answer"] == 200
        )  # kept, and never believed
        assert sandbox.control("unknown", type="moon.risen")["answer"] == 200
        assert sandbox.control("forge", kind="wrong-key")["answer"] == 400
        assert Message.objects.count() == len(made) + 2
    finally:
        portal.shutdown()
        thread.join()
        portal.server_close()
