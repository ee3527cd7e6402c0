"""How private each column is. Every app says so for its own tables, in a module `privacy.py`:

    PRIVACY = {
        "Account": {INTERNAL: "id is_active created_at", PERSONAL: "email phone display_name", SECRET: "password"},
    }

A contract test fails on a column that nobody classified. Logs, mails, texts and addresses carry only `public` and
`internal` values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db.models import Model

PUBLIC = "public"  # anybody may know it: a code of a public system, the clinic's address
INTERNAL = "internal"  # says nothing about a person by itself: ids, times, states
PERSONAL = "personal"  # who somebody is and how to reach them
HEALTH = "health"  # anything about somebody's body, mind or care
HEALTH_SENSITIVE = "health-sensitive"  # what the law or the patient guards more closely
MONEY = "money"  # what somebody owes, paid, or is covered for
SECRET = "secret"  # opens something

CLASSES = (PUBLIC, INTERNAL, PERSONAL, HEALTH, HEALTH_SENSITIVE, MONEY, SECRET)
PRIVATE = (PERSONAL, HEALTH, HEALTH_SENSITIVE, MONEY, SECRET)

Classes = Mapping[str, Mapping[str, str]]


def classified(app: str) -> dict[tuple[str, str], str]:
    """{(model, column): class} of an app (its Python name), from its `privacy.py`; empty without one."""
    if find_spec(f"{app}.privacy") is None:
        return {}
    said: Classes = import_module(f"{app}.privacy").PRIVACY
    return {
        (model, column): kind
        for model, columns in said.items()
        for kind, names in columns.items()
        for column in names.split()
    }


def problems() -> Iterator[str]:
    """Columns of Portico's own tables that are not classified, twice named, or no longer there."""
    for config in apps.get_app_configs():
        if not config.name.startswith("portico."):
            continue
        said = classified(config.name)
        there = {(m.__name__, f.name) for m in config.get_models() for f in _columns(m)}
        for model, column in sorted(there - set(said)):
            yield f"{config.name}.privacy does not classify {model}.{column}"
        for model, column in sorted(set(said) - there):
            yield f"{config.name}.privacy names {model}.{column}, which is not there"
        for (model, column), kind in said.items():
            if kind not in CLASSES:
                yield f"{config.name}.privacy: {model}.{column} is {kind!r}, which is no class"


def _columns(model: type[Model]) -> list:  # type: ignore[type-arg]
    return list(model._meta.concrete_fields)
