"""Query options on a collection or an entity: `$filter $orderby $top $skip $count $select $expand`, and paging.

Rules: Microsoft Learn, "Server-driven paging" and "OData known limitations": 20,000 rows a page,
`Prefer: odata.maxpagesize`, `@odata.nextLink` with `aid=FIN&$skiptoken=`, none when `$top` is given.
Border: reads rows through a Reader and turns them into JSON-ready dicts; knows no business rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote_plus

from . import errors
from .contract import BLANK_GUID, CONTRACT, EntitySet, Row
from .odata_filter import Filter, compile_filter
from .state import Reader, Table, etag_of

PAGE_LIMIT = 20_000
OPTIONS = ("$filter", "$orderby", "$top", "$skip", "$count", "$select", "$expand", "$skiptoken", "$schemaversion")

# Values worked out when read: (set, property) -> function of (reader, row).
Computed = dict[str, dict[str, Callable[[Reader, Row], Any]]]


@dataclass(frozen=True)
class Query:
    """The parsed options of one request."""

    filter: Filter | None = None
    order: tuple[tuple[str, bool], ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    select: frozenset[str] = frozenset()
    expand: dict[str, Query] = field(default_factory=dict)
    skip_token: str = ""


NO_OPTIONS = Query()


def split_query(text: str) -> dict[str, str]:
    """`a=1&$top=2` as a dict, percent-decoded."""
    pairs = (part.partition("=") for part in text.split("&") if part)
    return {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}


def parse_query(options: dict[str, str], entity: EntitySet) -> Query:
    """Parse the `$…` options for one entity set. Raises BcError 400 for unknown names or options."""
    if not options:
        return NO_OPTIONS
    for name in options:
        if name.startswith("$") and name not in OPTIONS:
            raise errors.query_syntax(f"The query option '{name}' is not supported.")
    text = options.get
    return Query(
        filter=compile_filter(options["$filter"], entity) if text("$filter") else None,
        order=_order(text("$orderby", ""), entity),
        top=_number("$top", options) if "$top" in options else None,
        skip=_number("$skip", options) if "$skip" in options else 0,
        count=text("$count") == "true",
        select=frozenset(_known(name.strip(), entity) for name in text("$select", "").split(",") if name.strip()),
        expand=_expansions(text("$expand", ""), entity),
        skip_token=text("$skiptoken", ""),
    )


def _number(name: str, options: dict[str, str]) -> int:
    if not options[name].isdigit():
        raise errors.query_syntax(f"'{options[name]}' is not a value for {name}.")
    return int(options[name])


def _known(name: str, entity: EntitySet) -> str:
    if name != "*" and name not in entity.properties and name not in entity.parts:
        raise errors.bad_request("Could not find a property named '{name}' on type 'Microsoft.NAV.{entity}'.",
                                 name=name, entity=entity.entity)  # fmt: skip
    return name


def _order(text: str, entity: EntitySet) -> tuple[tuple[str, bool], ...]:
    keys = []
    for part in text.split(","):
        if part.strip():
            name, _, direction = part.strip().partition(" ")
            keys.append((_known(name, entity), direction.strip().lower() == "desc"))
    return tuple(keys)


def _expansions(text: str, entity: EntitySet) -> dict[str, Query]:
    """`salesOrderLines($select=id;$expand=item),customer` -> one Query per navigation."""
    found = {}
    for part in _split_outside_brackets(text, ","):
        name, _, inner = part.strip().partition("(")
        if not name:
            continue
        if name not in entity.parts:
            raise errors.bad_request(
                "Could not find a property named '{name}' on type 'Microsoft.NAV.{entity}'.",
                name=name, entity=entity.entity)  # fmt: skip
        pairs = (o.partition("=") for o in _split_outside_brackets(inner.removesuffix(")"), ";") if o)
        options = {option.strip(): value for option, _, value in pairs}
        found[name] = parse_query(options, CONTRACT[entity.parts[name].target])
    return found


def _split_outside_brackets(text: str, mark: str) -> Iterable[str]:
    depth, part = 0, ""
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == mark and depth == 0:
            yield part
            part = ""
        else:
            part += letter
    yield part


# --- choosing rows ------------------------------------------------------------------------------------


def candidates(reader: Reader, name: str, table: Table, fixed: Row, query: Query) -> Iterable[Row]:
    """The smallest set of rows the filter can match: those with few ids, those of an index, or the whole table."""
    wanted = {**(query.filter.equalities if query.filter else {}), **{prop: (value,) for prop, value in fixed.items()}}
    if "id" in wanted:
        return [row for id in dict.fromkeys(wanted["id"]) if (row := reader.row(name, id))]
    for prop, values in wanted.items():
        if prop in table.indexes:
            return [row for value in dict.fromkeys(values) for row in reader.find(name, prop, value)]
    return reader.rows(name)


def chosen(rows: Iterable[Row], fixed: Row, query: Query, default_order: str) -> list[Row]:
    """Filter and sort. `fixed` are values every row must have (the parent's id, the journal's template)."""
    kept = [row for row in rows if all(row.get(name) == value for name, value in fixed.items())]
    if query.filter:
        matches = query.filter.matches
        kept = [row for row in kept if matches(row)]
    if len(kept) > 1:
        if default_order:
            kept.sort(key=lambda row: row[default_order])
        for name, descending in reversed(query.order):
            kept.sort(key=lambda row: row[name], reverse=descending)
    return kept


@dataclass(frozen=True)
class Page:
    """One page of rows; `last` is the id to continue after, if there is more."""

    rows: list[Row]
    total: int
    last: str = ""


def page_of(rows: list[Row], query: Query, prefer: str) -> Page:
    """Cut the rows into a page. Raises 'skip token no longer valid' when its row has gone."""
    total = len(rows)
    if query.skip_token:
        rows = rows[_position(rows, query.skip_token) + 1 :]
    rows = rows[query.skip :] if query.skip else rows
    if query.top is not None and query.top <= PAGE_LIMIT:
        return Page(rows[: query.top], total)
    size = page_size(prefer)
    page = rows[:size]
    return Page(page, total, page[-1]["id"] if len(rows) > size else "")


def page_size(prefer: str) -> int:
    """Rows a page, from the Prefer header."""
    match = re.search(r"odata\.maxpagesize=(\d+)", prefer)
    return max(1, min(int(match.group(1)), PAGE_LIMIT)) if match else PAGE_LIMIT


def _position(rows: list[Row], row_id: str) -> int:
    for position, row in enumerate(rows):
        if row["id"] == row_id:
            return position
    raise errors.skip_token_invalid()


def next_link(root: str, path: str, options: dict[str, str], last: str) -> str:
    """The same address with `aid=FIN` and the skip token."""
    kept = {name: value for name, value in options.items() if name not in ("aid", "$skiptoken")}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in kept.items())
    return f"{root}/{path}?{query}{'&' if query else ''}aid=FIN&$skiptoken={last}"


# --- writing rows -------------------------------------------------------------------------------------


def render(reader: Reader, entity: EntitySet, row: Row, query: Query, computed: Computed) -> Row:
    """One entity as JSON: ETag, the selected properties, and what `$expand` asks for."""
    select = query.select - {"*"}
    blanks = entity.blanks
    shown: Row = {"@odata.etag": etag_of(row)}
    for name in blanks:
        if not select or name in select:
            shown[name] = row.get(name, blanks[name])
    for name, value in computed.get(entity.name, {}).items():
        if name in shown:
            shown[name] = value(reader, row)
    for name, inner in query.expand.items():
        shown[name] = _expanded(reader, entity, row, name, inner, computed)
    return shown


def _expanded(
    reader: Reader, entity: EntitySet, row: Row, name: str, query: Query, computed: Computed
) -> list[Row] | Row | None:
    part = entity.parts[name]
    target = CONTRACT[part.target]
    value = row.get(part.ours, BLANK_GUID)
    if part.theirs == "id":
        found = reader.row(part.target, value)
        rows = [found] if found else []
    else:
        rows = chosen(reader.find(part.target, part.theirs, value), {}, query, default_order(target))
    shown = [render(reader, target, other, query, computed) for other in rows]
    if part.collection:
        return shown[query.skip :][: query.top] if query.top is not None else shown[query.skip :]
    return shown[0] if shown else None


def default_order(entity: EntitySet) -> str:
    """Business Central lists by primary key."""
    for name in ("sequence", "lineNumber", "entryNumber", "code", "number"):
        if name in entity.properties:
            return name
    return ""
