"""Shopify's search language for ``query:`` arguments (Shopify: API search syntax).

``field:value``, ``:> :>= :< :<=``, AND (also a space), OR, NOT or -, parentheses, quotes, prefix ``*``.
As the real one: an unknown field is *ignored* with a warning, so a typo returns everything; an unquoted
colon breaks the term (``12:00:00Z`` becomes the field "00"); ``updated_at:<now`` is allowed.
Border: text in, tree out; `matches` asks a reader function for a record's values.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from local.shopify.errors import FieldError
from local.shopify.schema import SearchField
from local.shopify.state import iso

Reader = Callable[[str], Any]       # search field -> value, list of values, or None when we hold no data

TOKEN = re.compile(r"""\s*(?:(?P<paren>[()])|(?P<minus>-)(?=[^\s])|(?P<colon>:)\s*(?P<op>>=|<=|>|<)?\s*
                       |(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<word>[^\s():]+))""", re.X)
TIME_KINDS = {"time", "date"}
NUMBER_KINDS = {"integer", "float", "bigdecimal"}


@dataclass(frozen=True)
class Term:
    """One comparison; `field` None for bare words."""

    field: str | None
    value: str
    operator: str = ""
    phrase: bool = False


@dataclass(frozen=True)
class Group:
    """``and`` / ``or`` over its parts, or ``not`` over the only one."""

    kind: str
    parts: tuple[Any, ...]


@dataclass
class Search:
    """A parsed query with the warnings of one place; `tree` None matches everything."""

    text: str
    tree: Any
    warnings: list[dict[str, str]] = field(default_factory=list)

    def report(self, path: list[str]) -> dict[str, Any]:
        """The entry of ``extensions.search``."""
        return {"path": path, "query": self.text, "parsed": parsed(parse(self.text)), "warnings": self.warnings}


# -- reading the text -----------------------------------------------------------

@lru_cache(maxsize=1024)
def parse(text: str) -> Any:
    """The tree of Terms and Groups, None for an empty query. Unbalanced parentheses are forgiven."""
    tokens = [m for m in TOKEN.finditer(text.strip()) if m.group().strip()]
    tree, _ = _any_of(tokens, 0)
    return tree


def _any_of(tokens: list[Any], at: int) -> tuple[Any, int]:
    parts = []
    while at < len(tokens):
        part, at = _all_of(tokens, at)
        parts += [part] if part else []
        if at < len(tokens) and tokens[at]["word"] == "OR":
            at += 1
            continue
        break
    return _joined("or", parts), at


def _all_of(tokens: list[Any], at: int) -> tuple[Any, int]:
    parts = []
    while at < len(tokens):
        token = tokens[at]
        if token["paren"] == ")" or token["word"] == "OR":
            break
        if token["word"] == "AND":
            at += 1
            continue
        part, at = _one(tokens, at)
        parts += [part] if part else []
    return _joined("and", parts), at


def _one(tokens: list[Any], at: int) -> tuple[Any, int]:
    token = tokens[at]
    if token["minus"] or token["word"] == "NOT":
        part, at = _one(tokens, at + 1) if at + 1 < len(tokens) else (None, at + 1)
        return (Group("not", (part,)) if part else None), at
    if token["paren"]:
        part, at = _any_of(tokens, at + 1)
        return part, at + 1
    if token["colon"]:                      # a stray colon, as in an unquoted time
        return None, at + 1
    if at + 2 < len(tokens) and tokens[at + 1]["colon"] and _text(tokens[at + 2]) is not None:
        value = tokens[at + 2]
        return Term(_text(token), _text(value) or "", tokens[at + 1]["op"] or "", bool(value["quoted"])), at + 3
    return Term(None, _text(token) or "", phrase=bool(token["quoted"])), at + 1


def _text(token: Any) -> str | None:
    word: str | None = token["word"]
    if token["quoted"]:
        return re.sub(r"\\(.)", r"\1", token["quoted"][1:-1])
    return word


def _joined(kind: str, parts: list[Any]) -> Any:
    return None if not parts else parts[0] if len(parts) == 1 else Group(kind, tuple(parts))


def parsed(tree: Any) -> Any:
    """The tree as Shopify shows it back under `parsed`."""
    if isinstance(tree, Group):
        if tree.kind == "not":
            return {"not": parsed(tree.parts[0])}
        return {tree.kind: [parsed(p) for p in tree.parts]}
    if tree is None:
        return None
    names = {"": "match_phrase" if tree.phrase else "match_all", ">": "range_gt", ">=": "range_gte",
             "<": "range_lt", "<=": "range_lte"}
    return {"field": tree.field or "default", names[tree.operator]: tree.value}


# -- what this connection makes of it ---------------------------------------------

def understood(text: str | None, known: dict[str, SearchField]) -> Search:
    """The query with unknown fields and values taken out, and the warnings they left.

    FieldError (BAD_REQUEST) for something that is no time where a time is compared.
    """
    search = Search(text or "", None)
    tree = parse(text) if text else None
    search.tree = _known_part(tree, known, search.warnings)
    return search


def _known_part(tree: Any, known: dict[str, SearchField], warnings: list[dict[str, str]]) -> Any:
    if isinstance(tree, Group):
        parts = [p for p in (_known_part(part, known, warnings) for part in tree.parts) if p is not None]
        if tree.kind == "not":
            return Group("not", tuple(parts)) if parts else None
        return _joined(tree.kind, parts)
    if tree is None:
        return None
    warning = _warning(tree, known)
    if warning is None:
        return tree
    warnings.append(warning)
    return None


def _warning(term: Term, known: dict[str, SearchField]) -> dict[str, str] | None:
    if term.field is None:
        if "default" in known:
            return None
        return {"field": "default", "message": "Input must use named search fields in this query.",
                "code": "missing_named_field"}
    found = known.get(term.field)
    if found is None and not term.field.startswith(("metafields.", "fields.")):
        return {"field": term.field, "message": "Invalid search field for this query.", "code": "invalid_field"}
    if found and found.kind in TIME_KINDS:
        check_time(term)
    values = {v.strip().lower() for v in term.value.split(",")}
    if found and found.values and not term.value.endswith("*") and not values <= found.values:
        return {"field": term.field, "message": f"Input `{term.value}` is not an accepted value.",
                "code": "invalid_value"}
    return None


def check_time(term: Term) -> None:
    if term.value not in ("now", "*") and not re.match(r"\d{4}(-\d\d(-\d\d([T ]\d\d?.*)?)?)?$", term.value):
        raise FieldError(f"Invalid timestamp for query filter `{term.field}`.", "BAD_REQUEST")


# -- matching -------------------------------------------------------------------

def matcher(search: Search, known: dict[str, SearchField], now: datetime) -> Callable[[Reader], bool] | None:
    """A test for records, None when everything matches."""
    return None if search.tree is None else _compile(search.tree, known, now)


def _compile(tree: Any, known: dict[str, SearchField], now: datetime) -> Callable[[Reader], bool]:
    if isinstance(tree, Group):
        tests = [_compile(part, known, now) for part in tree.parts]
        if tree.kind == "not":
            return lambda read: not tests[0](read)
        if tree.kind == "or":
            return lambda read: any(test(read) for test in tests)
        return lambda read: all(test(read) for test in tests)
    name = tree.field or "default"
    compare = _comparison(tree, known[name].kind if name in known else "string", now)

    def test(read: Reader) -> bool:
        value = read(name)
        values: Iterable[Any] = value if isinstance(value, list | tuple | set) else (value,)
        return any(compare(v) for v in values if v is not None)

    return test


def _comparison(term: Term, kind: str, now: datetime) -> Callable[[Any], bool]:
    if kind in TIME_KINDS:
        return _time_comparison(term, now)
    if kind == "id" or kind in NUMBER_KINDS:
        return _number_comparison(term)
    if kind == "boolean":
        return lambda value: value is (term.value.lower() == "true")
    if term.operator:
        return _ordered(term.operator, term.value)
    return _text_comparison(term)


def _time_comparison(term: Term, now: datetime) -> Callable[[Any], bool]:
    """Times are kept as ISO text in UTC, so they compare as text once both are written alike."""
    if term.value == "*":
        return bool
    low, high = time_span(term.value, now)
    return {"": lambda v: low <= v <= high, ">": lambda v: v > high, ">=": lambda v: v >= low,
            "<": lambda v: v < low, "<=": lambda v: v <= high}[term.operator]


def time_span(value: str, now: datetime) -> tuple[str, str]:
    """First and last second a written time stands for: a year, a day, an hour or one second."""
    if value == "now":
        return iso(now), iso(now)
    if re.fullmatch(r"[\d-]{4,10}", value):
        low, high = "2000-01-01T00:00:00Z", "2000-12-31T23:59:59Z"
        return value + low[len(value):], value + high[len(value):]
    try:
        moment = datetime.fromisoformat(value.replace(" ", "T"))
    except ValueError:
        raise FieldError(f"Invalid timestamp for query filter `{value}`.", "BAD_REQUEST") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=now.tzinfo)
    return iso(moment), iso(moment)


def _number_comparison(term: Term) -> Callable[[Any], bool]:
    if term.value == "*":
        return lambda value: True
    wanted = {_number(v.rsplit("/", 1)[-1]) for v in term.value.split(",")} - {None}
    if not wanted:
        return lambda value: False
    if not term.operator:
        return lambda value: _number(str(value)) in wanted
    return lambda value: _ordered(term.operator, next(iter(wanted)))(_number(str(value)))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _ordered(operator: str, wanted: Any) -> Callable[[Any], bool]:
    return {">": lambda v: v > wanted, ">=": lambda v: v >= wanted,
            "<": lambda v: v < wanted, "<=": lambda v: v <= wanted}[operator]


def _text_comparison(term: Term) -> Callable[[Any], bool]:
    """Case does not matter; a bare word must be one of the value's words, a phrase the whole value."""
    wanted = term.value.lower()
    if wanted == "*":
        return bool
    if term.phrase and term.field:
        return lambda value: str(value).lower() == wanted
    if wanted.endswith("*"):
        return lambda value: any(w.startswith(wanted[:-1]) for w in _words(value))
    choices = set(wanted.split(",")) if term.field else {wanted}
    return lambda value: bool(choices & _words(value))


def _words(value: Any) -> set[str]:
    whole = str(value).lower()
    return {whole, *whole.split()}
