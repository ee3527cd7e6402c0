"""The sandbox as a process of its own: killed in the middle, started again, and light."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from portico.connectors.gateways.setting_up import sandbox_gateway
from tests.connectors.test_gateway_contract import AMOUNT, SHOWN

MOST_MEGABYTES = 40
SOURCE = Path(__file__).parents[2] / "src"


def start(folder: Path, port: int, **environment: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "portico.connectors.gateways.sandbox.server", "--port", str(port)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SOURCE),
            "PORTICO_HOME": str(folder),
            "PORTICO_BASE_URL": "http://127.0.0.1:9",
            "PORTICO_DEMO": "1",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.first_line = process.stdout.readline()  # type: ignore[attr-defined]  # it listens by then
    return process


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_killed_and_started_again_it_knows_every_intent(tmp_path, port):
    process = start(tmp_path, port)
    try:
        assert "TEST" in process.first_line
        gateway = sandbox_gateway(f"http://127.0.0.1:{port}")
        page = gateway.open_details(
            key="k",
            account="",
            customer=None,
            customer_email="",
            return_url="http://127.0.0.1:9/r",
            cancel_url="http://127.0.0.1:9/c",
            language="en",
            shown=SHOWN,
        )
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start(tmp_path, port)
        again = gateway.read_details(session=page.session, account="")
        assert not again.complete
        assert psutil.Process(process.pid).memory_info().rss < MOST_MEGABYTES * 2**20
        with pytest.raises(Exception, match="resource_missing|no such object"):
            gateway.open_intent(
                key="k",
                account="",
                amount=AMOUNT,
                customer=page.customer,
                method="pm_none",
                reference="R",
                descriptor="",
            )
    finally:
        process.kill()
        process.wait()


def test_it_says_so_when_its_port_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(tmp_path, taken.getsockname()[1])
        _, said = process.communicate()
    assert process.returncode == 1
    assert "cannot listen" in said


def test_it_needs_no_django(tmp_path):
    asked = "import sys, portico.connectors.gateways.sandbox.server; print('django' in sys.modules, 'stripe' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", asked],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["False", "False"]
