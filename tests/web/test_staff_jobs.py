"""The staff page about background work that failed."""

from __future__ import annotations

import pytest

from portico.platform.jobs import queue, worker
from portico.platform.jobs.models import Job


@pytest.fixture
def failed(db, monkeypatch):
    monkeypatch.setattr(queue, "handlers", {})

    @queue.handler("test.failing", attempts=1)
    def work(payload):
        raise ValueError

    queue.enqueue("test.failing", {})
    worker.drain()
    return Job.objects.get()


def test_the_administrator_sees_it_and_starts_it_again(cast, failed):
    kofi = cast.kofi.client()
    page = kofi.get("/staff/jobs").content.decode()
    assert "test.failing" in page
    assert "ValueError" in page
    assert f"/staff/jobs/{failed.id}/again" in page
    answer = kofi.post(f"/staff/jobs/{failed.id}/again")
    assert answer["Location"] == "/staff/jobs"
    failed.refresh_from_db()
    assert failed.state == "waiting"


def test_the_administrator_may_let_it_be(cast, failed):
    assert cast.kofi.client().post(f"/staff/jobs/{failed.id}/give-up").status_code == 302
    failed.refresh_from_db()
    assert failed.state == "done"


def test_the_billing_desk_sees_it_and_may_not_start_it(cast, failed):
    tom = cast.tom.client()
    assert f"/staff/jobs/{failed.id}/again" not in tom.get("/staff/jobs").content.decode()
    assert tom.post(f"/staff/jobs/{failed.id}/again").status_code == 403


def test_others_do_not_see_it(cast, failed):
    assert cast.lena.client().get("/staff/jobs").status_code == 403
    assert cast.rosa.client().get("/staff/jobs").status_code == 404
