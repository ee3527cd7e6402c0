"""Log lines: JSON, numbered, and with nobody's data in them."""

from __future__ import annotations

import io
import json
import logging
import logging.config

import pytest
import structlog
from django.test import Client
from django.urls import path

from portico.platform.kernel import logs


@pytest.fixture
def lines():
    out = io.StringIO()
    config = logs.logging_settings(words=False)
    formatter = logging.config.DictConfigurator(config).configure_formatter(
        config["formatters"]["house"]
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    logger = logging.getLogger("portico")
    logger.addHandler(handler)
    logger.setLevel("INFO")
    logging.getLogger("django.request").addHandler(handler)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logger.removeHandler(handler)
    logging.getLogger("django.request").removeHandler(handler)


def test_a_fault_is_told_by_class_and_place_without_its_words(lines):
    try:
        raise ValueError("Rosa Delgado owes 142.60")
    except ValueError:
        structlog.get_logger("portico.test").exception("it.failed", attempt="a1")
    line = lines()[0]
    assert (line["event"], line["fault"], line["attempt"]) == (
        "it.failed",
        "ValueError",
        "a1",
    )
    assert "test_logs" in line["places"][0]
    assert "Rosa" not in json.dumps(line)


@pytest.mark.django_db
def test_a_request_is_told_by_route_without_what_was_searched(lines):
    Client().get("/fhir/r4/Patient?name=Delgado", headers={"X-Request-ID": "forged"})
    line = lines()[-1]
    assert line["event"] == "request"
    assert line["status"] == 404
    assert len(line["request"]) == 32
    assert "Delgado" not in json.dumps(line)


def broken(request, name):
    raise ValueError("Rosa Delgado owes 142.60")


urlpatterns = [path("broken/<str:name>", broken)]


def test_a_failed_request_is_told_with_its_fault_and_without_the_address(lines, settings):
    settings.ROOT_URLCONF = __name__
    browser = Client(raise_request_exception=False)
    assert browser.get("/broken/Delgado?name=Rosa").status_code == 500
    told = [line for line in lines() if line["event"] == "request.failed"]
    assert told[0]["fault"] == "ValueError"
    assert len(told[0]["request"]) == 32
    assert any("test_logs" in place for place in told[0]["places"])
    assert "Delgado" not in json.dumps(lines())
