"""Form bodies with brackets, as the Stripe client sends them: `metadata[a]=b&expand[0]=c`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

MOST_FIELDS = 500
DEEPEST = 8


class UnreadableForm(ValueError):
    """The body is no form that Stripe would read."""


def read_form(body: str) -> dict[str, Any]:
    """Nested dictionaries and lists of strings. Lists come as `a[0]` or `a[]`."""
    tree: dict[str, Any] = {}
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise UnreadableForm(str(error)) from None
    for name, value in pairs:
        head, *rest = re.findall(r"^[^\[]+|\[[^\]]*\]", name) or [name]
        _put(tree, [head, *(part[1:-1] for part in rest)], value)
    return {key: _settle(value) for key, value in tree.items()}


def _put(tree: dict[str, Any], path: list[str], value: str) -> None:
    if len(path) > DEEPEST:
        raise UnreadableForm("nested too deeply")
    for part in path[:-1]:
        tree = tree.setdefault(part or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise UnreadableForm("a field is both a text and a group")
    last = path[-1]
    tree[last if last or len(path) == 1 else str(len(tree))] = value


def _settle(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _settle(part) for key, part in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
