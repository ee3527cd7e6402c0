"""Doing the work: claim a job under a lease, run it, and put it back with a growing delay when it fails."""

from __future__ import annotations

import os
import random
import socket
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.db import close_old_connections, connection, transaction
from django.db.models import Q, QuerySet

from portico.platform.jobs import queue
from portico.platform.jobs.models import Job, JobState, Schedule
from portico.platform.kernel import clock, writers
from portico.platform.kernel.ids import new_readable_code

LEASE = timedelta(seconds=60)
BEAT = 20.0
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=6)
KEPT = timedelta(days=7)

_log = structlog.get_logger("portico.jobs")


@dataclass(frozen=True, slots=True)
class Drained:
    """What `drain()` did."""

    done: int
    failed: int


def delay_before(attempt: int, *, jitter: float) -> timedelta:
    """How long to wait after the failed try number `attempt` (1 is the first): doubling, at most six hours.

    `jitter` between 0 and 1 spreads tries between 75 % and 125 % so that failed work does not come back as a herd.
    """
    doublings: int = 2 ** min(attempt - 1, 20)
    grown = min(FIRST_DELAY * doublings, LONGEST_DELAY)
    return grown * (0.75 + jitter / 2)


def drain(*, strict: bool = False, limit: int = 10_000) -> Drained:
    """Run all jobs that are due now, and those they cause, in this thread; say how many.

    With `strict` the first failure is raised instead of put back: for tests and for `portico demo`.
    """
    done = failed = 0
    me = worker_name()
    while done + failed < limit and (job := _claim(me)) is not None:
        if _run(job, strict=strict):
            done += 1
        else:
            failed += 1
    return Drained(done, failed)


def do_now(topic: str, key: str) -> bool:
    """Do the one waiting job of this topic and key here, without waiting for the worker.

    For a request that just committed and would like to show the outcome. False when the job is taken, done, not
    due, or failed: then the worker goes on with it.
    """
    job = _claim(worker_name(), Q(topic=topic, key=key))
    return job is not None and _run(job, strict=False)


def run(stop: threading.Event, *, interval: float = 0.5) -> None:
    """The worker's loop: until `stop` is set, do what is due, then look again after `interval` seconds.

    A job that is running when `stop` is set is finished first.
    """
    me = worker_name()
    free_jobs_of_the_dead()
    beat = _Heartbeat(me)
    beat.start()
    try:
        while not stop.is_set():
            close_old_connections()
            try:
                start_regular_work()
                job = _claim(me)
                if job is not None:
                    _run(job, strict=False)
                    continue
            except Exception as error:  # noqa: BLE001 - it outlives a database that is away
                _log.error("worker.failed", fault=describe(error))
                connection.close()
            stop.wait(interval)
    finally:
        beat.finish()


def start_regular_work() -> int:
    """Put on the queue what the schedule says is due; say how many."""
    now = clock.now()
    known = dict(Schedule.objects.values_list("name", "due_at"))
    due = [r for r in queue.regulars.values() if r.name not in known or known[r.name] <= now]
    for regular in due:
        next_at = now + timedelta(seconds=regular.seconds)
        with writers.turn(), transaction.atomic():
            if regular.name not in known:
                Schedule.objects.bulk_create(
                    [Schedule(name=regular.name, due_at=now)], ignore_conflicts=True
                )
            taken = Schedule.objects.filter(name=regular.name, due_at__lte=now).update(
                due_at=next_at, last_at=now
            )
            if taken:
                queue.enqueue(regular.topic, {}, key=regular.name)
    return len(due)


def forget_done_work() -> None:
    """Delete done jobs after a week. Dead letters stay until a person has seen to them."""
    Job.objects.filter(state=JobState.DONE, finished_at__lt=clock.now() - KEPT).delete()


def worker_name() -> str:
    """Host, process namespace, process and a random word: enough to tell whether its holder still lives."""
    space = ""
    with suppress(OSError):
        space = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    return f"{socket.gethostname()[:60]}/{space}/{os.getpid()}/{new_readable_code(6)}"


def free_jobs_of_the_dead() -> int:
    """Take back the leases of workers of this machine that are gone, without waiting for them to run out."""
    mine = worker_name().split("/")
    freed = 0
    for name in Job.objects.filter(state=JobState.RUNNING).values_list("worker", flat=True):
        host, space, pid, _nonce = ([*name.split("/"), "", "", "", ""])[:4]
        if [host, space] == mine[:2] and pid.isdigit() and not _alive(int(pid)):
            freed += Job.objects.filter(state=JobState.RUNNING, worker=name).update(
                leased_until=clock.now()
            )
    return freed


def describe(error: BaseException) -> str:
    """The fault's class and the last place in Portico, without its message: messages quote data."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "portico" in f.filename] or frames
    place = f" at {Path(ours[-1].filename).stem}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{place}"[:300]


def _alive(pid: int) -> bool:
    if pid == os.getpid():
        return False  # this worker starts: an equal number belonged to an earlier life
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _due(now: datetime) -> Q:
    return Q(state=JobState.WAITING, run_after__lte=now) | Q(
        state=JobState.RUNNING, leased_until__lte=now
    )


def _claim(me: str, only: Q | None = None) -> Job | None:
    now = clock.now()
    due = _due(now) & only if only else _due(now)
    if not Job.objects.filter(due).exists():  # no write lock for an idle look
        return None
    with writers.turn(), transaction.atomic():
        rows = Job.objects.filter(due).order_by("run_after", "created_at")
        job = rows.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        job.state, job.worker, job.leased_until = JobState.RUNNING, me, now + LEASE
        job.attempts += 1
        job.save(update_fields=["state", "worker", "leased_until", "attempts"])
    return job


def _run(job: Job, *, strict: bool) -> bool:
    with structlog.contextvars.bound_contextvars(job=str(job.id), topic=job.topic):
        handler = queue.handlers.get(job.topic)
        allowed = handler.attempts if handler else queue.ATTEMPTS
        if job.attempts > allowed:  # its workers died with it
            _put_back(job, allowed, job.error or "the worker died with this job")
            return False
        try:
            if handler is None:
                raise LookupError(f"nobody does {job.topic}")
            handler.work(job.payload)
        except Exception as error:
            _put_back(job, allowed, describe(error))
            if strict:
                raise
            return False
        _mine(job).update(state=JobState.DONE, finished_at=clock.now(), leased_until=None, error="")
        return True


def _mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(id=job.id, worker=job.worker, state=JobState.RUNNING)


def _put_back(job: Job, allowed: int, fault: str) -> None:
    now = clock.now()
    with writers.turn(), transaction.atomic():
        if job.attempts >= allowed:
            _log.error("job.dead", fault=fault, attempts=job.attempts)
            _bury(job, fault, now)
        elif job.key and _newer_waits(job):
            _log.warning("job.failed", fault=fault, attempts=job.attempts, folded=True)
            _mine(job).update(state=JobState.DONE, finished_at=now, leased_until=None, error=fault)
        else:
            delay = delay_before(job.attempts, jitter=random.random())
            _log.warning("job.failed", fault=fault, attempts=job.attempts, again_in=delay.seconds)
            _mine(job).update(
                state=JobState.WAITING,
                run_after=now + delay,
                leased_until=None,
                error=fault,
            )


def _newer_waits(job: Job) -> bool:
    return Job.objects.filter(topic=job.topic, key=job.key, state=JobState.WAITING).exists()


def _bury(job: Job, fault: str, now: datetime) -> None:
    if job.key:  # of equal work one dead letter is enough
        Job.objects.filter(topic=job.topic, key=job.key, state=JobState.DEAD).delete()
    _mine(job).update(state=JobState.DEAD, finished_at=now, leased_until=None, error=fault)


class _Heartbeat(threading.Thread):
    """Renews the lease of the job that runs, from a thread of its own."""

    def __init__(self, me: str) -> None:
        super().__init__(name="job-lease", daemon=True)
        self.me = me
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(BEAT):
            try:
                running = Job.objects.filter(worker=self.me, state=JobState.RUNNING)
                if running.exists():
                    running.update(leased_until=clock.now() + LEASE)
            except Exception as error:  # noqa: BLE001 - a missed beat only lets the lease run out
                _log.warning("worker.beat-failed", fault=describe(error))
            finally:
                connection.close()

    def finish(self) -> None:
        self.over.set()
        self.join(timeout=5)
