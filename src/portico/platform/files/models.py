"""What is known about stored files. Their bytes lie encrypted in FILES_URL, outside of any web root."""

from __future__ import annotations

from django.db import models

from portico.platform.kernel import clock
from portico.platform.kernel.ids import new_id


class StoredFile(models.Model):
    """One file. `sha256` is of the plain bytes; the key's id stands in the sealed bytes themselves."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient_id = models.UUIDField(null=True, db_index=True)
    kind = models.SlugField(max_length=40)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_at = models.DateTimeField(default=clock.now)
