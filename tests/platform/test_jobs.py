"""Background work: done once it is committed, tried again when it fails, and never in the way of other work."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portico.platform.jobs import queue, worker
from portico.platform.jobs.models import Job, JobState, Schedule
from portico.platform.kernel import clock as kernel_clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_topics(monkeypatch):
    monkeypatch.setattr(queue, "handlers", dict(queue.handlers))
    monkeypatch.setattr(queue, "regulars", {})


def _collect(topic: str, **options) -> list[dict]:
    seen: list[dict] = []

    @queue.handler(topic, **options)
    def work(payload):
        seen.append(payload)

    return seen


def test_what_is_queued_is_done_once_with_its_payload():
    seen = _collect("test.greet")
    queue.enqueue("test.greet", {"n": 1})
    assert worker.drain(strict=True).done == 1
    assert worker.drain(strict=True).done == 0
    assert seen == [{"n": 1}]
    assert Job.objects.get().state == JobState.DONE


def test_equal_work_that_still_waits_is_folded():
    seen = _collect("test.fold")
    queue.enqueue("test.fold", {}, key="a")
    queue.enqueue("test.fold", {}, key="a")
    queue.enqueue("test.fold", {}, key="b")
    worker.drain(strict=True)
    assert len(seen) == 2
    queue.enqueue("test.fold", {}, key="a")
    worker.drain(strict=True)
    assert len(seen) == 3


def test_work_for_later_waits_for_its_time(clock):
    seen = _collect("test.later")
    queue.enqueue("test.later", {}, run_after=kernel_clock.now() + timedelta(hours=1))
    worker.drain(strict=True)
    assert seen == []
    clock.advance(hours=1)
    worker.drain(strict=True)
    assert len(seen) == 1


def test_failing_work_comes_back_and_does_not_block_the_rest(clock):
    seen = _collect("test.good")

    @queue.handler("test.poison", attempts=3)
    def poison(payload):
        raise ValueError("with a private word: Rosa")

    queue.enqueue("test.poison", {})
    queue.enqueue("test.good", {})
    assert worker.drain() == worker.Drained(done=1, failed=1)
    assert len(seen) == 1
    job = Job.objects.get(topic="test.poison")
    assert job.state == JobState.WAITING
    assert job.run_after > kernel_clock.now()
    for _ in range(2):
        clock.advance(hours=7)
        worker.drain()
    job.refresh_from_db()
    assert job.state == JobState.DEAD
    assert job.attempts == 3
    assert "ValueError" in job.error
    assert "Rosa" not in job.error


def test_the_delay_doubles_up_to_six_hours():
    middles = [worker.delay_before(n, jitter=0.5).total_seconds() for n in (1, 2, 3, 30)]
    assert middles == [5, 10, 20, 6 * 3600]
    assert worker.delay_before(1, jitter=0) < worker.delay_before(1, jitter=1)


def test_a_job_of_a_killed_worker_is_taken_again_when_its_lease_ran_out(clock):
    seen = _collect("test.killed")
    queue.enqueue("test.killed", {})
    job = worker._claim("elsewhere/1/2/AAAA")
    assert job is not None
    worker.drain(strict=True)
    assert seen == []
    clock.advance(seconds=61)
    worker.drain(strict=True)
    assert len(seen) == 1


def test_a_worker_that_starts_takes_over_from_dead_ones_of_its_machine():
    seen = _collect("test.restart")
    queue.enqueue("test.restart", {})
    host, space, _pid, _nonce = worker.worker_name().split("/")
    worker._claim(f"{host}/{space}/999999999/AAAA")
    assert worker.free_jobs_of_the_dead() == 1
    worker.drain(strict=True)
    assert len(seen) == 1


def test_a_worker_that_lost_its_lease_changes_nothing(clock):
    _collect("test.slow")
    queue.enqueue("test.slow", {})
    slow = worker._claim("elsewhere/1/2/AAAA")
    clock.advance(seconds=61)
    worker.drain(strict=True)
    worker._put_back(slow, 10, "too late")
    assert Job.objects.get().state == JobState.DONE


def test_a_worker_that_lost_its_lease_leaves_the_job_to_its_new_holder(clock):
    _collect("test.slow")
    queue.enqueue("test.slow", {})
    slow = worker._claim("elsewhere/1/2/AAAA")
    clock.advance(seconds=61)
    worker._claim("elsewhere/1/3/BBBB")
    worker._put_back(slow, 10, "too late")
    job = Job.objects.get()
    assert (job.state, job.worker) == (JobState.RUNNING, "elsewhere/1/3/BBBB")


def test_work_that_kills_its_worker_again_and_again_becomes_a_dead_letter(clock):
    _collect("test.murder", attempts=2)
    queue.enqueue("test.murder", {})
    for _ in range(2):
        worker._claim("elsewhere/1/2/AAAA")
        clock.advance(seconds=61)
    worker.drain()
    assert Job.objects.get().state == JobState.DEAD


def test_regular_work_runs_once_a_round(clock):
    rounds: list[int] = []

    def count_rounds() -> None:
        rounds.append(1)

    queue.every("test.round", 60, count_rounds)
    for _ in range(3):
        worker.start_regular_work()
        worker.drain(strict=True)
    assert len(rounds) == 1
    clock.advance(hours=5)
    worker.start_regular_work()
    worker.drain(strict=True)
    assert len(rounds) == 2
    assert Schedule.objects.get().due_at == kernel_clock.now() + timedelta(seconds=60)


def test_a_topic_has_one_function():
    _collect("test.taken")
    with pytest.raises(queue.TopicTaken):

        @queue.handler("test.taken")
        def another(payload):
            pass
