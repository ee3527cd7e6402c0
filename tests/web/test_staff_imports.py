"""The import pages, as the billing desk meets them."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portico.domain.intake.models import PossibleMatch
from portico.platform.identity.models import resolve_person
from portico.record import build

pytestmark = pytest.mark.django_db

ROSA = build.encode(
    build.patient(
        "rosa", given=["Rosa"], family="Delgado", birth_date="1985-04-12", gender="female"
    )
)


def upload(client, *files: tuple[str, str], system: str = "files"):
    given = [SimpleUploadedFile(name, text.encode()) for name, text in files]
    return client.post(reverse("staff-imports"), {"uploads": given, "system": system}, follow=True)


def test_files_are_handed_in_and_the_page_says_what_came_of_them(cast) -> None:
    page = upload(
        cast.tom.client(), ("rosa.json", ROSA), ("broken.json", '{"resourceType":"Patient"')
    )
    text = page.content.decode()
    assert page.status_code == 200
    assert "rosa.json" in text
    assert "broken.json" in text
    assert "may be half-written" in text


def test_the_same_file_again_changes_nothing_and_says_so(cast) -> None:
    client = cast.tom.client()
    upload(client, ("rosa.json", ROSA))
    assert "Nothing changed" in upload(client, ("again.json", ROSA)).content.decode()


def test_nothing_chosen_or_too_much_is_said_in_words(cast, monkeypatch) -> None:
    client = cast.tom.client()
    page = client.post(reverse("staff-imports"), {"system": "files"})
    assert page.status_code == 422
    assert "Choose at least one file." in page.content.decode()
    monkeypatch.setattr("portico.web.staff.imports.forms.LARGEST_MB", 0)
    assert "is larger than" in upload(client, ("rosa.json", ROSA)).content.decode()


def test_who_may_see_and_who_may_import(cast) -> None:
    page = cast.ines.client().get(reverse("staff-imports"))
    assert page.status_code == 200
    assert '<form method="post" enctype' not in page.content.decode()
    assert cast.lena.client().get(reverse("staff-imports")).status_code == 403
    assert cast.rosa.client().get(reverse("staff-imports")).status_code == 404


def test_people_to_compare_are_named(cast) -> None:
    upload(cast.tom.client(), ("rosa.json", ROSA))
    twin = ROSA.replace('"rosa"', '"twin"')
    text = upload(cast.tom.client(), ("twin.json", twin)).content.decode()
    assert "People to compare" in text
    assert "no number in common" in text


def _a_pair(cast) -> PossibleMatch:
    upload(cast.tom.client(), ("rosa.json", ROSA))
    upload(cast.tom.client(), ("twin.json", ROSA.replace('"rosa"', '"twin"')))
    return PossibleMatch.objects.get()


def decide(client, match: PossibleMatch, same: str):
    url = reverse("staff-import-match", kwargs={"match_id": match.pk})
    return client.post(url, {"same": same}, follow=True)


def test_two_people_turn_out_to_be_one_and_stay_apart_in_the_tables(cast) -> None:
    match = _a_pair(cast)
    page = decide(cast.ines.client(), match, "yes")
    assert "Decided: one person." in page.content.decode()
    assert resolve_person(match.newer_id) == (
        match.older_id,
        frozenset({match.newer_id, match.older_id}),
    )
    decide(cast.ines.client(), match, "no")  # the first decision stands
    assert resolve_person(match.newer_id)[0] == match.older_id


def test_two_people_stay_two(cast) -> None:
    match = _a_pair(cast)
    assert "Decided: two people." in decide(cast.ines.client(), match, "no").content.decode()
    assert resolve_person(match.newer_id) == (match.newer_id, frozenset({match.newer_id}))


def test_the_billing_desk_does_not_decide_who_is_who(cast) -> None:
    assert decide(cast.tom.client(), _a_pair(cast), "yes").status_code == 403


def test_claims_that_do_not_add_up_are_for_the_billing_desk(cast) -> None:
    assert cast.tom.client().get(reverse("staff-import-differences")).status_code == 200
    assert cast.ines.client().get(reverse("staff-import-differences")).status_code == 403
