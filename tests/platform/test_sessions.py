"""How long a sign-in lasts, and what staff without a second factor may open."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from portico.platform.gate.doors import patient_door, staff_door
from portico.platform.identity import sessions

pytestmark = pytest.mark.django_db


@patient_door
def home(request, call):
    return HttpResponse(str(sessions.seconds_left(request)))


@patient_door
@sessions.not_activity
def status(request, call):
    return HttpResponse("same")


@staff_door
def desk(request, call):
    return HttpResponse("desk")


def shared(request):
    sessions.start_session(request, shared_device=True)
    return HttpResponse(str(sessions.seconds_left(request)))


def ended(request):
    return HttpResponse(request.session_ended)


urlpatterns = [
    path("home", home),
    path("status", status),
    path("desk", desk),
    path("shared", shared),
    path("sign-in", ended),
    path("security/second-step", lambda request: HttpResponse("set up")),
]


@pytest.fixture(autouse=True)
def _own_addresses(settings):
    settings.ROOT_URLCONF = __name__


def test_fifteen_idle_minutes_end_it_and_the_browser_forgets(cast, clock):
    rosa = cast.rosa.client()
    assert rosa.get("/home").content == b"900"
    clock.advance(minutes=14)
    assert rosa.get("/home").content == b"900"
    clock.advance(minutes=15)
    answer = rosa.get("/home")
    assert answer["Location"] == "/sign-in?next=/home&ended=idle"
    assert "storage" in answer["Clear-Site-Data"]
    assert rosa.get("/home")["Location"] == "/sign-in?next=/home"


def test_a_patient_is_signed_out_after_twelve_hours_whatever_they_do(cast, clock):
    rosa = cast.rosa.client()
    for _ in range(72):
        assert rosa.get("/home").status_code == 200
        clock.advance(minutes=10)
    assert rosa.get("/home")["Location"].endswith("ended=absolute")


def test_staff_are_signed_out_after_ten_hours(cast, clock):
    tom = cast.tom.client()
    for _ in range(60):
        assert tom.get("/desk").status_code == 200
        clock.advance(minutes=10)
    assert tom.get("/desk")["Location"].endswith("ended=absolute")


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(cast, clock):
    rosa = cast.rosa.client()
    rosa.get("/home")
    for _ in range(14):
        clock.advance(minutes=1)
        assert rosa.get("/status").status_code == 200
    clock.advance(minutes=1)
    assert rosa.get("/status").status_code == 302


def test_on_a_shared_device_five_minutes_and_the_browser_forgets_the_rest(cast, clock):
    rosa = cast.rosa.client()
    answer = rosa.get("/shared")
    assert answer.content == b"300"
    assert answer.cookies["portico"]["max-age"] == ""
    clock.advance(minutes=5)
    assert rosa.get("/home").status_code == 302


def test_activity_is_written_at_most_every_half_minute(cast, clock, django_assert_num_queries):
    rosa = cast.rosa.client()
    rosa.get("/home")
    with django_assert_num_queries(2):  # session, account
        rosa.get("/home")


def test_staff_without_a_second_factor_reach_only_its_set_up(cast):
    tom = cast.tom.client(second_factor=False)
    assert tom.get("/desk")["Location"] == "/security/second-step"
    assert tom.get("/home")["Location"] == "/security/second-step"
    assert tom.get("/security/second-step").content == b"set up"


def test_a_disabled_account_is_out_at_once(cast):
    rosa = cast.rosa.client()
    assert rosa.get("/home").status_code == 200
    cast.rosa.account.is_active = False
    cast.rosa.account.save()
    assert rosa.get("/home").status_code == 302


def test_a_changed_password_ends_the_other_sessions(cast):
    rosa = cast.rosa.client()
    cast.rosa.account.set_password("another-lantern-48-quilt")
    cast.rosa.account.save()
    assert rosa.get("/home").status_code == 302


def test_every_answer_carries_its_number(cast):
    answer = Client().get("/sign-in")
    assert len(answer["X-Request-ID"]) == 32


def test_every_answer_carries_the_strict_headers():
    answer = Client().get("/sign-in")
    policy = answer["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'"):
        assert part in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
