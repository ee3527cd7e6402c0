"""Background work that was given up: staff see it, start it again, or let it be."""

from __future__ import annotations

import pytest

from portico.domain.worklist.actions import give_job_up, start_job_again
from portico.domain.worklist.queries import count_failed_jobs, list_failed_jobs
from portico.platform.access.decisions import Denied
from portico.platform.jobs import queue, worker
from portico.platform.kernel.errors import NotThere


@pytest.fixture
def failing(monkeypatch):
    """Work that fails until the test says that it is mended."""
    monkeypatch.setattr(queue, "handlers", {})
    mended: list[bool] = []

    @queue.handler("test.failing", attempts=1)
    def work(payload):
        if not mended:
            raise ValueError("Rosa")

    queue.enqueue("test.failing", {}, key="one")
    worker.drain()
    return mended


def test_staff_see_what_failed_and_start_it_again(cast, failing):
    kofi = cast.kofi.call()
    job = list_failed_jobs(kofi).jobs[0]
    assert (job.topic, job.attempts, count_failed_jobs(kofi)) == ("test.failing", 1, 1)
    assert "Rosa" not in job.fault
    failing.append(True)
    start_job_again(kofi, job_id=job.job_id)
    worker.drain(strict=True)
    assert count_failed_jobs(kofi) == 0
    with pytest.raises(NotThere):
        start_job_again(kofi, job_id=job.job_id)


def test_equal_work_that_waits_is_not_doubled(cast, failing):
    job = list_failed_jobs(cast.kofi.call()).jobs[0]
    queue.enqueue("test.failing", {}, key="one")
    start_job_again(cast.kofi.call(), job_id=job.job_id)
    failing.append(True)
    assert worker.drain(strict=True).done == 1


def test_staff_may_let_it_be(cast, failing):
    job = list_failed_jobs(cast.kofi.call()).jobs[0]
    give_job_up(cast.kofi.call(), job_id=job.job_id)
    assert count_failed_jobs(cast.kofi.call()) == 0


def test_who_may_only_look_may_not_start_it_again(cast, failing):
    job = list_failed_jobs(cast.tom.call()).jobs[0]
    with pytest.raises(Denied):
        start_job_again(cast.tom.call(), job_id=job.job_id)
    with pytest.raises(Denied):
        list_failed_jobs(cast.lena.call())


@pytest.mark.django_db
def test_a_request_may_do_its_own_job_and_no_other(monkeypatch):
    monkeypatch.setattr(queue, "handlers", {})
    seen = []

    @queue.handler("test.own")
    def own(payload):
        seen.append(payload["n"])

    queue.enqueue("test.own", {"n": 1}, key="1")
    queue.enqueue("test.own", {"n": 2}, key="2")
    assert worker.do_now("test.own", "2") is True
    assert worker.do_now("test.own", "2") is False
    assert seen == [2]
