"""The `filter` and `includeFields` of a webhook subscription, applied to a payload.

The language is that of searches, but exact and case-sensitive, and every term must name a field. A field
the payload does not have matches nothing, so a misspelt one suppresses everything - the opposite of what a
search does. Source: Shopify: Webhooks, Filter events; Modify payloads; a recorded refusal.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from local.shopify.search import Group, Term, parse

Payload = dict[str, Any]


def filter_is_valid(text: str) -> bool:
    """False when a term names no field."""
    tree = parse(text)
    return tree is not None and all(term.field for term in _terms(tree))


def passes(payload: Payload, text: str | None) -> bool:
    """True when the payload meets the filter (no filter is met by everything)."""
    return not text or _meets(payload, parse(text))


def included(payload: Payload, fields: list[str]) -> Payload:
    """The payload reduced to `fields` (dotted names go into objects and lists); [] keeps all."""
    return _reduced(payload, [name.split(".") for name in fields]) if fields else payload


def _terms(tree: Any) -> Iterator[Term]:
    if isinstance(tree, Group):
        for part in tree.parts:
            yield from _terms(part)
    else:
        yield tree


def _meets(payload: Payload, tree: Any) -> bool:
    if isinstance(tree, Group):
        if tree.kind == "not":
            return not _meets(payload, tree.parts[0])
        return (any if tree.kind == "or" else all)(_meets(payload, part) for part in tree.parts)
    values = _values(payload, (tree.field or "").split("."))
    return any(_matches(value, tree) for value in values)


def _values(content: Any, names: list[str]) -> Iterable[Any]:
    if isinstance(content, list):
        return [value for item in content for value in _values(item, names)]
    if not names:
        return [] if content is None else [content]
    return _values(content.get(names[0]), names[1:]) if isinstance(content, dict) else []


def _matches(value: Any, term: Term) -> bool:
    if term.value == "*":
        return True
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not term.operator:
        return text.startswith(term.value[:-1]) if term.value.endswith("*") else text == term.value
    left, right = _comparable(text), _comparable(term.value)
    if type(left) is not type(right):
        return False
    return bool({">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[term.operator])


def _comparable(text: str) -> Any:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def _reduced(content: Any, names: list[list[str]]) -> Any:
    if isinstance(content, list):
        return [_reduced(item, names) for item in content]
    if not isinstance(content, dict):
        return content
    kept = {}
    for key, value in content.items():
        below = [name[1:] for name in names if name[0] == key]
        if below:
            kept[key] = value if [] in below else _reduced(value, below)
    return kept
