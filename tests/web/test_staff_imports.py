"""The import pages, as the billing desk meets them."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portico.record import build

pytestmark = pytest.mark.django_db

ROSA = build.encode(
    build.patient(
        "rosa", given=["Rosa"], family="Delgado", birth_date="1985-04-12", gender="female"
    )
)


def upload(client, *files: tuple[str, str], system: str = "files"):
    given = [SimpleUploadedFile(name, text.encode()) for name, text in files]
    return client.post(reverse("staff-imports"), {"files": given, "system": system}, follow=True)


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


def test_claims_that_do_not_add_up_are_for_the_billing_desk(cast) -> None:
    assert cast.tom.client().get(reverse("staff-import-differences")).status_code == 200
    assert cast.ines.client().get(reverse("staff-import-differences")).status_code == 403
