"""Stored bytes: unreadable on the disk, checked when read, and never under a name that says something."""

from __future__ import annotations

import base64
import os
from datetime import timedelta

import pytest

from portico.platform.files import keeping
from portico.platform.files.models import StoredFile
from portico.platform.kernel import ciphers
from portico.platform.kernel.errors import NotThere

pytestmark = pytest.mark.django_db

KEY_1, KEY_2 = bytes(range(32)), bytes(range(32, 64))


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.FILES_URL = f"file://{tmp_path}"
    return tmp_path


def _only_file(folder):
    return next(p for p in folder.rglob("*") if p.is_file())


def test_bytes_come_back_and_are_unreadable_on_the_disk(_folder):
    file_id = keeping.keep(b"glucose 6.30", kind="receipt", media_type="text/plain")
    kept = keeping.read(file_id)
    assert (kept.content, kept.media_type) == (b"glucose 6.30", "text/plain")
    path = _only_file(_folder)
    assert b"glucose" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_changed_bytes_are_not_shown(_folder, at):
    file_id = keeping.keep(b"glucose 6.30", kind="receipt", media_type="text/plain")
    path = _only_file(_folder)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(keeping.Damaged):
        keeping.read(file_id)


def test_one_file_in_the_place_of_another_is_not_shown(_folder):
    first = keeping.keep(b"mine", kind="receipt", media_type="text/plain")
    second = keeping.keep(b"yours", kind="receipt", media_type="text/plain")
    keeping._path(first).write_bytes(keeping._path(second).read_bytes())
    with pytest.raises(keeping.Damaged):
        keeping.read(first)


def test_a_file_that_was_never_kept_is_not_there():
    with pytest.raises(NotThere):
        keeping.read("00000000-0000-0000-0000-000000000000")


def test_bytes_without_a_row_are_swept_after_a_day(_folder, clock):
    kept = keeping.keep(b"kept", kind="receipt", media_type="text/plain")
    orphan = keeping.keep(b"orphan", kind="receipt", media_type="text/plain")
    StoredFile.objects.filter(id=orphan).delete()
    old = clock.now().timestamp() - timedelta(days=2).total_seconds()
    for path in (keeping._path(kept), keeping._path(orphan)):
        os.utime(path, (old, old))
    assert keeping.sweep() == 1
    assert keeping.read(kept).content == b"kept"


def test_another_kind_of_place_is_refused_loudly(settings):
    settings.FILES_URL = "s3://bucket"
    with pytest.raises(keeping.FilesElsewhere, match="s3"):
        keeping.keep(b"x", kind="receipt", media_type="text/plain")


def test_old_keys_stay_readable_until_they_are_removed(settings):
    settings.PORTICO_DATA_KEYS = {"k1": KEY_1}
    sealed = ciphers.seal_text("secret", bound_to="mfa")
    settings.PORTICO_DATA_KEYS = {"k2": KEY_2, "k1": KEY_1}
    assert ciphers.unseal_text(sealed, bound_to="mfa") == "secret"
    assert base64.b64decode(ciphers.seal_text("secret", bound_to="mfa"))[3:5] == b"k2"
    settings.PORTICO_DATA_KEYS = {"k2": KEY_2}
    with pytest.raises(ciphers.CannotOpen, match="no longer holds"):
        ciphers.unseal_text(sealed, bound_to="mfa")


def test_what_is_sealed_for_one_place_opens_at_no_other():
    sealed = ciphers.seal(b"secret", bound_to="mfa")
    with pytest.raises(ciphers.CannotOpen):
        ciphers.unseal(sealed, bound_to="files")
