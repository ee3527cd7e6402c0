"""A worker that is killed in the middle of a job: the next one finishes the job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

from django.db import connection

from portico.platform.jobs import queue, worker
from portico.platform.jobs.models import Job, JobState

WORK = """
import os, signal, sys, threading
import django; django.setup()
from pathlib import Path
from portico.platform.jobs import queue, worker
stop = threading.Event()
began = Path(sys.argv[1])

@queue.handler("test.killed")
def work(payload):
    if not began.exists():
        began.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    stop.set()

queue.regulars.clear()
worker.run(stop, interval=0.01)
"""


def _work(marker) -> int:
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        url = os.environ["TEST_DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
    return subprocess.run(
        [sys.executable, "-c", WORK, str(marker)],
        env={**os.environ, "DATABASE_URL": url},
        check=False,
        timeout=60,
    ).returncode


def test_a_killed_worker_leaves_its_job_to_the_next(committing, tmp_path):
    queue.enqueue("test.killed", {})
    connection.close()
    assert _work(tmp_path / "began") == -signal.SIGKILL
    assert Job.objects.get().state == JobState.RUNNING
    assert _work(tmp_path / "began") == 0
    job = Job.objects.get()
    assert (job.state, job.attempts) == (JobState.DONE, 2)


def test_the_loop_does_what_is_due_and_stops_when_told(committing, monkeypatch):
    stop = threading.Event()
    monkeypatch.setattr(queue, "handlers", {})
    monkeypatch.setattr(queue, "regulars", {})
    seen = []

    @queue.handler("test.poison", attempts=1)
    def poison(payload):
        raise ValueError

    @queue.handler("test.last")
    def last(payload):
        seen.append(payload)
        stop.set()

    queue.enqueue("test.poison", {})
    queue.enqueue("test.last", {"n": 1})
    worker.run(stop, interval=0.01)
    assert seen == [{"n": 1}]
    assert Job.objects.get(topic="test.poison").state == JobState.DEAD


def test_two_workers_do_every_job_exactly_once(committing, monkeypatch):
    monkeypatch.setattr(queue, "handlers", {})
    done: list[int] = []

    @queue.handler("test.many")
    def many(payload):
        done.append(payload["n"])

    for n in range(40):
        queue.enqueue("test.many", {"n": n})

    def work() -> None:
        try:
            worker.drain(strict=True)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(40))
