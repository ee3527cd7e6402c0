"""The front door, as a person and as a thief meets it."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client

from portico.domain.people import actions
from portico.domain.people.rules import Birth
from portico.platform.gate.calls import system_call
from tests.factories.cast import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "orchard-violin-93-slate"
BORN = {"day": "12", "month": "4", "year": "1986"}


def body(answer) -> str:
    return re.sub(r'(value|id|name)="[^"]*"', "", answer.content.decode())


@pytest.mark.parametrize(
    "address",
    ["/", "/sign-in", "/sign-up", "/sign-up/sent", "/enroll", "/sign-in/forgot", "/sign-out"],
)
def test_the_front_door_opens_to_everybody(address):
    assert Client().get(address).status_code == 200


def test_signing_in_by_any_name_leads_home(cast):
    for name in ("rosa@example.org", "rosa.test"):
        answer = Client().post("/sign-in", {"login": name, "password": PASSWORD})
        assert answer["Location"] == "/home"


def test_wrong_name_and_wrong_password_look_alike(cast):
    known = Client().post("/sign-in", {"login": "rosa@example.org", "password": "x"})
    unknown = Client().post("/sign-in", {"login": "nobody@example.org", "password": "x"})
    user_name = Client().post("/sign-in", {"login": "rosa.test", "password": "x"})
    assert "is not right" in body(known)
    assert body(known) == body(unknown) == body(user_name)


def test_staff_are_held_at_the_second_step(cast):
    client = Client()
    client.post("/sign-in", {"login": "lena.test", "password": PASSWORD})
    assert client.get("/staff/")["Location"] == "/security/second-step"
    again = client.get("/security/second-step")["Location"]
    answer = client.post(again, {"password": PASSWORD, "next": "/security/second-step"})
    assert answer["Location"] == "/security/second-step"
    assert "Secret" in client.get("/security/second-step").content.decode()


def test_a_letter_opens_the_record_of_its_person():
    issued = actions.issue_letter(
        system_call("test"), document="passport", full_name="Nora Quist", birth=Birth(1986, 4, 12)
    )
    client = Client()
    client.post("/enroll", {"code": issued.letter.code, **BORN})
    answer = client.post("/enroll/password", {"password": NEW})
    assert answer["Location"] == "/home"
    assert client.get("/enroll/password")["Location"] == "/enroll"


def test_wrong_used_and_unknown_codes_look_alike():
    issued = actions.issue_letter(
        system_call("test"), document="passport", full_name="Nora Quist", birth=Birth(1986, 4, 12)
    )
    wrong = Client().post("/enroll", {"code": issued.letter.code, **BORN, "year": "1987"})
    unknown = Client().post("/enroll", {"code": "AAAABBBBC", **BORN, "year": "1987"})
    assert "could not match" in body(wrong)
    assert body(wrong) == body(unknown)


def test_the_password_page_is_closed_without_a_letter():
    assert Client().get("/enroll/password")["Location"] == "/enroll"


def test_a_sign_up_goes_by_mail_and_waits(drain):
    client = Client()
    typed = {"full_name": "Nora Quist", "email": "nora@example.org", **BORN}
    assert client.post("/sign-up", typed)["Location"] == "/sign-up/sent"
    drain()
    link = re.search(r"/sign-up/confirm/\S+", mail.outbox[0].body)
    assert link is not None
    assert "Nora" not in mail.outbox[0].body
    client.post(link.group(), {"password": NEW})
    assert "checking who you are" in body(client.get("/sign-up/waiting"))
    assert "run out" in body(Client().post(link.group(), {"password": NEW}))


def test_the_desk_prints_a_letter_and_matches_sign_ups(cast):
    client = cast.lena.client()
    typed = {"full_name": "Nora Quist", "language": "en", "document": "passport", **BORN}
    answer = client.post("/staff/enrolment", typed)
    assert answer.content.startswith(b"%PDF")
    assert "Is it one of these people?" in body(client.post("/staff/enrolment", typed))
    assert client.get("/staff/sign-ups").status_code == 200
    assert client.get("/staff/").status_code == 200


def test_leaving_clears_the_browser(cast):
    client = cast.rosa.client()
    answer = client.post("/sign-out")
    assert answer["Clear-Site-Data"]
    assert client.get("/sign-out").status_code == 200


def test_the_blank_form_is_there_before_sign_in():
    assert Client().get("/enroll/form.pdf").content.startswith(b"%PDF")


def test_staff_sign_in_with_the_code_of_their_app(cast):
    TOTP.activate(cast.lena.account, "JBSWY3DPEHPK3PXP")
    client = Client()
    answer = client.post("/sign-in", {"login": "lena.test", "password": PASSWORD})
    assert answer["Location"].startswith("/sign-in/second-step")
    assert client.get("/staff/").status_code == 302
    code = format_hotp_value(
        hotp_value("JBSWY3DPEHPK3PXP", next(iter(yield_hotp_counters_from_time())))
    )
    assert client.get("/sign-in/second-step").status_code == 200
    assert client.post("/sign-in/second-step", {"code": code})["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200
