"""Doors: who gets in, what is written down, and what leaves."""

from __future__ import annotations

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from portico.platform.access.permissions import Permission
from portico.platform.audit import writing
from portico.platform.audit.models import AuditRow
from portico.platform.gate.doors import open_door, patient_door, staff_door
from portico.platform.gate.requests import network_address
from portico.platform.gate.verbs import query
from portico.platform.identity.models import Account
from portico.platform.kernel.errors import NotThere

pytestmark = pytest.mark.django_db


@query(Permission.BILLS_READ)
def list_own_bills(call):
    return sorted(str(i) for i in call.scope.patient_ids)


@query(Permission.BILLS_READ_ALL)
def list_everybodys_bills(call):
    return []


@patient_door
def own_page(request, call):
    return HttpResponse(",".join(list_own_bills(call)))


@staff_door
def staff_page(request, call):
    list_everybodys_bills(call)
    return HttpResponse("bills")


def _request(member=None, *, second_factor=True, path="/bills"):
    request = RequestFactory().get(path)
    if member is None:
        from django.contrib.auth.models import AnonymousUser

        request.user, request.session = AnonymousUser(), {}
    else:
        request.user = member.account
        request.session = member.client(second_factor=second_factor).session
    return request


def test_a_patient_sees_their_own_and_it_is_written_down(cast):
    answer = own_page(_request(cast.rosa))
    assert answer.content.decode() == str(cast.rosa.person_id)
    assert answer["Cache-Control"] == "no-store"
    row = AuditRow.objects.get(act="read")
    assert (row.kind, row.patient_id, row.actor_id) == (
        "list_own_bills",
        cast.rosa.person_id,
        cast.rosa.account.pk,
    )
    assert row.request_id


def test_nobody_is_sent_to_sign_in_and_back():
    answer = own_page(_request(path="/bills?year=2026"))
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in?next=/bills%3Fyear%3D2026"
    assert AuditRow.objects.count() == 0


def test_an_account_that_is_nobodys_yet_waits(cast):
    account = Account.objects.create(username="new", display_name="New Person")
    request = _request(cast.rosa)
    request.user = account
    assert own_page(request)["Location"] == "/sign-up/waiting"


def test_a_patient_finds_no_staff_pages(cast):
    with pytest.raises(Http404):
        staff_page(_request(cast.rosa))
    assert AuditRow.objects.get().act == "refusal"


def test_staff_with_the_right_see_the_page(cast):
    assert staff_page(_request(cast.tom)).status_code == 200


def test_staff_without_the_right_are_told_so(cast):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        staff_page(_request(cast.lena))
    with pytest.raises(PermissionDenied):
        own_page(_request(cast.lena))


def test_staff_without_a_second_factor_reach_only_its_set_up(cast):
    @staff_door
    def quiet_page(request, call):
        return HttpResponse("a page that asks the gate nothing")

    for page in (staff_page, quiet_page):
        answer = page(_request(cast.tom, second_factor=False))
        assert answer["Location"] == "/security/second-step"


def test_nothing_leaves_when_the_audit_cannot_be_written(cast, monkeypatch):
    request = _request(cast.rosa)

    def broken(rows):
        raise OSError("disk full")

    monkeypatch.setattr(writing, "write", broken)
    with pytest.raises(OSError, match="disk full"):
        own_page(request)


def test_what_is_not_there_is_not_found(cast):
    @patient_door
    def page(request, call):
        raise NotThere

    with pytest.raises(Http404):
        page(_request(cast.rosa))


def test_an_open_door_knows_who_is_signed_in_and_lets_everybody_in(cast):
    @open_door
    def page(request, call):
        return HttpResponse(call.actor.kind)

    assert page(_request()).content == b"anonymous"
    assert page(_request(cast.rosa)).content == b"account"


def test_a_door_costs_two_queries_beside_the_session(cast, django_assert_num_queries):
    request = _request(cast.rosa)
    request.session.get("x")
    with django_assert_num_queries(2):  # who the person is (merges), the audit
        own_page(request)


def test_a_forwarded_address_counts_only_behind_declared_proxies(settings):
    request = RequestFactory().get(
        "/",
        REMOTE_ADDR="10.0.0.1",
        headers={"X-Forwarded-For": "6.6.6.6, 192.0.2.7, 10.0.0.2"},
    )
    settings.PORTICO_TRUSTED_PROXIES = 0
    assert network_address(request) == "10.0.0.1"
    settings.PORTICO_TRUSTED_PROXIES = 1
    assert network_address(request) == "10.0.0.2"
    settings.PORTICO_TRUSTED_PROXIES = 2
    assert network_address(request) == "192.0.2.7"
    settings.PORTICO_TRUSTED_PROXIES = 9
    assert network_address(request) == "10.0.0.1"
