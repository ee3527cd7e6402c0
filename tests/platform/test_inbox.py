"""Messages from outside: kept as they came, understood once, and again when asked."""

from __future__ import annotations

import pytest

from portico.platform.inbox import receiving
from portico.platform.inbox.models import Forgery, Message
from portico.platform.jobs import worker
from portico.platform.kernel.errors import NotThere

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch):
    """A channel whose listener answers what the test says, and remembers what it heard."""
    bodies: list[bytes] = []
    answers: list[object] = []

    def listen(message):
        bodies.append(message.body)
        answer = answers.pop(0) if answers else receiving.done()
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(receiving, "_listeners", {"test": listen})
    bodies_and_answers = type("Heard", (), {"bodies": bodies, "answers": answers})
    return bodies_and_answers


def test_a_message_is_kept_byte_for_byte_and_understood_once(heard):
    body = b'{"b":1, "a":6.30}\r\n\xff'
    first = receiving.receive("test", "evt_1", body, notes={"key": "k1"})
    again = receiving.receive("test", "evt_1", body)
    assert (first.new, again.new, again.id) == (True, False, first.id)
    worker.drain(strict=True)
    assert heard.bodies == [body]
    message = Message.objects.get()
    assert (bytes(message.body), message.state) == (body, "done")
    assert receiving.receive("test", "evt_1", body).new is False
    worker.drain(strict=True)
    assert len(heard.bodies) == 1


def test_the_same_number_on_another_channel_is_another_message(heard):
    assert receiving.receive("test", "1", b"a").new
    assert receiving.receive("other", "1", b"a").new


def test_what_is_ahead_of_us_waits_and_comes_again(heard, clock):
    heard.answers[:] = [receiving.waiting("no attempt yet"), receiving.done()]
    receiving.receive("test", "evt_1", b"x")
    worker.drain(strict=True)
    assert Message.objects.get().state == "waiting"
    clock.advance(seconds=20)
    worker.drain(strict=True)
    assert Message.objects.get().state == "done"


def test_patience_ends_after_three_days(heard, clock):
    heard.answers[:] = [receiving.waiting("no attempt yet")] * 200
    receiving.receive("test", "evt_1", b"x")
    for _ in range(80):
        worker.drain(strict=True)
        clock.advance(hours=1)
    message = Message.objects.get()
    assert (message.state, message.reason) == ("failed", "no attempt yet")


def test_a_failure_is_kept_without_its_words_and_tried_again(heard, clock):
    heard.answers[:] = [ValueError("Rosa Delgado")]
    receiving.receive("test", "evt_1", b"x")
    assert worker.drain().failed == 1
    message = Message.objects.get()
    assert message.state == "failed"
    assert "ValueError" in message.reason
    assert "Rosa" not in message.reason
    clock.advance(minutes=1)
    worker.drain(strict=True)
    assert Message.objects.get().state == "done"


def test_staff_may_have_a_message_understood_again(heard):
    receipt = receiving.receive("test", "evt_1", b"x")
    worker.drain(strict=True)
    receiving.replay(receipt.id)
    worker.drain(strict=True)
    assert heard.bodies == [b"x", b"x"]
    with pytest.raises(NotThere):
        receiving.replay("00000000-0000-0000-0000-000000000000")


def test_forgeries_are_counted_and_not_kept(heard):
    receiving.note_forgery("test")
    receiving.note_forgery("test")
    assert Forgery.objects.get().count == 2
    assert Message.objects.count() == 0
