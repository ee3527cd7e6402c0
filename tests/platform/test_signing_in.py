"""Three names open an account; shared contact details open nothing; passwords are long and not obvious."""

from __future__ import annotations

import pytest
from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import include, path

from portico.platform.identity.models import Account, StaffRole
from portico.platform.identity.signing_in import VerifiedResetForm
from tests.factories.cast import PASSWORD

pytestmark = pytest.mark.django_db


def _sign_in(rf, name: str, password: str = PASSWORD):
    return authenticate(rf.post("/sign-in"), username=name, password=password)


@pytest.mark.parametrize(
    "name",
    [
        "rosa.test",
        "ROSA.test ",
        "rosa@example.org",
        "Rosa@Example.org",
        "(415) 555-0100",
    ],
)
def test_user_name_verified_e_mail_and_verified_phone_open_the_account(cast, rf, name):
    Account.objects.filter(pk=cast.rosa.account.pk).update(
        phone="+14155550100", phone_verified=True
    )
    assert _sign_in(rf, name) == cast.rosa.account
    assert _sign_in(rf, name, "wrong") is None


def test_an_e_mail_that_is_not_verified_opens_nothing(cast, rf):
    EmailAddress.objects.filter(user=cast.rosa.account).update(verified=False)
    assert _sign_in(rf, "rosa@example.org") is None
    assert _sign_in(rf, "rosa.test") == cast.rosa.account


def test_a_shared_e_mail_opens_only_the_account_that_holds_it_verified(cast, rf):
    EmailAddress.objects.create(user=cast.ernesto.account, email="rosa@example.org")
    assert _sign_in(rf, "rosa@example.org") == cast.rosa.account


def test_a_shared_phone_opens_nothing(cast, rf):
    shared = [cast.rosa.account.pk, cast.mateo.account.pk]
    Account.objects.filter(pk__in=shared).update(phone="+14155550100")
    assert _sign_in(rf, "+14155550100") is None


def test_one_phone_is_verified_for_one_account_only(cast):
    Account.objects.filter(pk=cast.rosa.account.pk).update(
        phone="+14155550100", phone_verified=True
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=cast.pat.account.pk).update(
            phone="+14155550100", phone_verified=True
        )


def test_one_e_mail_is_verified_for_one_account_only(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        EmailAddress.objects.create(user=cast.pat.account, email="rosa@example.org", verified=True)


def test_a_disabled_account_stays_closed(cast, rf):
    Account.objects.filter(pk=cast.rosa.account.pk).update(is_active=False)
    assert _sign_in(rf, "rosa@example.org") is None
    assert _sign_in(rf, "rosa.test") is None


def test_a_reset_goes_only_to_a_verified_address(cast):
    EmailAddress.objects.create(user=cast.ernesto.account, email="family@example.org")
    EmailAddress.objects.create(user=cast.mateo.account, email="family@example.org")
    shared = VerifiedResetForm({"email": "family@example.org"})
    assert shared.is_valid()
    assert shared.users == []
    own = VerifiedResetForm({"email": "Rosa@example.org"})
    assert own.is_valid()
    assert own.users == [cast.rosa.account]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short-words", "at least 12"),
        ("passwordpassword", "too easy"),
        ("rosadelgado1", "too easy"),
        ("harborstreetclinic", "too easy"),
        ("x" * 257, "at most 256"),
    ],
)
def test_weak_passwords_are_refused_with_a_way_out(cast, password, why):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, cast.rosa.account)
    assert why in " ".join(refusal.value.messages)


def test_words_in_a_row_are_a_good_password_and_staff_need_longer_ones(cast):
    validate_password("lantern quilt 47", cast.rosa.account)
    with pytest.raises(ValidationError, match="at least 15"):
        validate_password("lantern quil4", cast.tom.account)


def test_second_factor_secrets_are_not_readable_in_the_database():
    sealed = mfa_adapter().encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DP" not in sealed
    assert mfa_adapter().decrypt(sealed) == "JBSWY3DPEHPK3PXP"


def test_one_grant_of_a_role_also_without_place_and_entity(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRole.objects.create(account=cast.tom.account, role="billing")


def test_guessing_is_slowed_down_for_the_name_and_for_the_address(cast, rf, clock):
    adapter = account_adapter()
    for _ in range(5):
        assert adapter.authenticate(_post(rf), username="rosa.test", password="wrong") is None
    with pytest.raises(ValidationError, match="Too many failed"):
        adapter.authenticate(_post(rf), username="rosa.test", password=PASSWORD)
    assert adapter.authenticate(_post(rf), username="pat.test", password=PASSWORD)


def _post(rf):
    request = rf.post("/sign-in")
    request.session = SessionStore()
    return request


@pytest.fixture
def _addresses(settings):
    settings.ROOT_URLCONF = __name__


urlpatterns = [path("", include("allauth.urls"))]


@pytest.mark.usefixtures("_addresses")
def test_signing_in_leads_home_with_limits_running(cast, clock):
    browser = Client()
    answer = browser.post("/login/", {"login": "Rosa@example.org", "password": PASSWORD})
    assert answer["Location"] == "/home"
    browser.get("/home")
    assert "portico_limits" in browser.session
    clock.advance(minutes=15)
    browser.get("/home")
    assert "_auth_user_id" not in browser.session


@pytest.mark.usefixtures("_addresses")
def test_staff_with_a_second_factor_are_not_in_before_they_showed_it(cast):
    totp_secret = totp.generate_totp_secret()
    totp.TOTP.activate(cast.tom.account, totp_secret)
    browser = Client()
    answer = browser.post("/login/", {"login": "tom@clinic.example", "password": PASSWORD})
    assert answer["Location"] == "/2fa/authenticate/"
    assert "_auth_user_id" not in browser.session
    code = totp.format_hotp_value(
        totp.hotp_value(totp_secret, next(iter(totp.yield_hotp_counters_from_time())))
    )
    answer = browser.post("/2fa/authenticate/", {"code": code})
    assert answer["Location"] == "/staff/"
    assert browser.session["account_authentication_methods"][-1]["method"] == "mfa"
    assert browser.get("/nowhere").status_code == 404


@pytest.mark.usefixtures("_addresses")
def test_a_new_session_begins_at_sign_in(cast):
    browser = Client()
    session = browser.session
    session["before"] = "x"
    session.save()
    before = session.session_key
    browser.post("/login/", {"login": "rosa.test", "password": PASSWORD})
    assert browser.session.session_key != before


@pytest.mark.usefixtures("_addresses")
def test_nobody_signs_up_past_the_three_ways_in(cast):
    assert account_adapter().is_open_for_signup(None) is False
