"""Writers take turns fairly, so that none waits much longer than the others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection, transaction

from portico.platform.identity.models import Person
from portico.platform.kernel import crash, writers

WRITERS, EACH = 20, 10


def _write(times: list[float], start: threading.Barrier) -> None:
    try:
        connection.ensure_connection()
        start.wait()
        for _ in range(EACH):
            began = time.perf_counter()
            with writers.turn(), transaction.atomic(durable=True):
                Person.objects.create()
                Person.objects.create()
            times.append(time.perf_counter() - began)
    finally:
        connection.close()


def test_twenty_writers_at_once_wait_about_equally_long(committing):
    times: list[float] = []
    start = threading.Barrier(WRITERS)
    threads = [threading.Thread(target=_write, args=(times, start)) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Person.objects.count() == WRITERS * EACH * 2
    times.sort()
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    assert p95 <= 4 * p50


def test_threads_are_served_in_the_order_they_came(tmp_path):
    lock, order = writers.FairLock(), []
    path = str(tmp_path / "lock")
    held = lock.acquire(path)
    threads = []

    def take(number: int) -> None:
        mine = lock.acquire(path)
        order.append(number)
        lock.release(mine)

    for number in range(8):
        thread = threading.Thread(target=take, args=(number,))
        thread.start()
        threads.append(thread)
        while len(lock._waiting) <= number:
            pass
    lock.release(held)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


@pytest.mark.django_db
def test_inside_a_transaction_a_turn_asks_for_nothing():
    with transaction.atomic(), writers.turn(), writers.turn():
        Person.objects.create()


def test_a_process_that_dies_gives_its_turn_back(tmp_path):
    path = str(tmp_path / "lock")
    code = (
        "import os, signal; from portico.platform.kernel.writers import FairLock;"
        f"FairLock().acquire({path!r}); os.kill(os.getpid(), signal.SIGKILL)"
    )
    died = subprocess.run([sys.executable, "-c", code], check=False)
    assert died.returncode == -signal.SIGKILL
    lock = writers.FairLock()
    lock.release(lock.acquire(path))


def test_the_process_dies_at_the_point_that_was_named_and_only_there(settings, monkeypatch):
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _pid, sign: killed.append(sign))
    monkeypatch.setattr(crash, "points", {})
    monkeypatch.setattr(crash, "_passed", {})
    here = crash.declare("test.here", "between two steps")
    crash.crash_point(here)
    settings.PORTICO_CRASH_AT = "test.here:2"
    crash.crash_point(here)
    assert killed == []
    crash.crash_point(here)
    assert killed == [signal.SIGKILL]
    with pytest.raises(crash.UnknownCrashPoint):
        crash.crash_point("test.nowhere")
