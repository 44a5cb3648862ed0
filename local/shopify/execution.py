"""Runs a plan over records (GraphQL specification, section 6), and counts what it really cost.

graphql-core's own executor is general and therefore slow; this one knows our records: a dict is an
object, a string where an object is wanted is a reference by gid, a list behind a connection is paged,
anything missing gets its type's default. Each selection is compiled once per concrete type into rows of
(key, name, default, resolve). Errors keep the specification's rule: a failed field is null, and null in a
non-null place takes the nearest nullable parent with it.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLScalarType

from local.shopify.access import Token, missing_access
from local.shopify.cost import is_user_error, own_cost, page_multiplier
from local.shopify.errors import FieldError, access_denied, failed_field
from local.shopify.paging import Page, page_of
from local.shopify.plan import Field, Plan, Selection, Variables
from local.shopify.records import Record, gid
from local.shopify.schema import AdminSchema
from local.shopify.state import ShopState

Resolver = Callable[["Execution", Record, Field], Any]
MISSING = object()
WINDOW = ("first", "last", "after", "before")
Path = tuple[Any, ...] | None       # (parent path, key), linked so that passing it on costs nothing


class Bubble(Exception):
    """Null in a non-null place, on its way to the nearest nullable parent."""


@dataclass
class Execution:
    """One run of one plan: who asks, when, over which shop; and what came of it."""

    schema: AdminSchema
    state: ShopState
    token: Token
    now: datetime
    variables: Variables
    resolvers: Mapping[tuple[str, str], Resolver]
    search_lag: float = 0
    bulk: bool = False              # connections give everything, whatever window they ask for
    errors: list[dict[str, Any]] = field(default_factory=list)
    searches: list[dict[str, Any]] = field(default_factory=list)
    points: float = 0
    path: Path = None
    _arguments: dict[int, dict[str, Any]] = field(default_factory=dict)

    def run(self, plan: Plan) -> dict[str, Any] | None:
        """The `data` of the answer; errors, search warnings and points are left on this object."""
        root = {"__typename": plan.root_type.name}
        rows = _rows(self, plan, plan.fields, root=True)
        try:
            return _object(self, rows, root, None)
        except Bubble:
            return None

    def arguments(self, of: Field) -> dict[str, Any]:
        """The argument values of a field, computed once per run."""
        found = self._arguments.get(id(of))
        if found is None:
            found = of.arguments(self.variables)
            if self.bulk and of.is_connection:
                found = {name: value for name, value in found.items() if name not in WINDOW}
            self._arguments[id(of)] = found
        return found


def _rows(run: Execution, plan: Plan, fields: list[Field], *, root: bool = False) -> list[Any]:
    return [_row(run, f, root) for f in fields]


def _row(run: Execution, field: Field, root: bool) -> tuple[str, str, Any, Any]:
    """(response key, record key, default, resolve); resolve None means: read the record."""
    if field.name == "__typename":
        return field.key, "__typename", field.parent.name, None
    special = run.resolvers.get((field.parent.name, field.name))
    if special is None and root:
        special = run.resolvers.get((field.parent.name, "*"))
    denied = missing_access(run.schema, run.token, field.parent.name, field.name, field.named.name)
    default = default_for(field)
    if field.is_leaf and not special and denied is None and not own_cost(field):
        return field.key, field.name, default, None
    if denied is not None:
        special = _refusing(field.name, denied)
    price = own_cost(field, root=root)
    # The recordings charge for an object that turns out null at the root, not below it.
    return field.key, field.name, default, _resolver(field, special, default, price, price if root else 0)


def _refusing(name: str, note: str) -> Resolver:
    def refuse(run: Execution, record: Record, field: Field) -> Any:
        raise access_denied(name, note)
    return refuse


def _resolver(field: Field, special: Resolver | None, default: Any, cost: int,
              null_cost: int) -> Callable[..., Any]:
    complete = _completion(field)
    name, key, nullable = field.name, field.key, not field.is_non_null

    def resolve(run: Execution, record: Record, path: Path) -> Any:
        try:
            if special is None:
                value = record.get(name, MISSING)
            else:
                run.path = (path, key)
                value = special(run, record, field)
            if value is MISSING or (value is None and not nullable):
                value = default
            if value is None:
                run.points += null_cost
                return None
            run.points += cost
            return complete(run, value, (path, key))
        except FieldError as error:
            run.points += cost
            run.errors.append(failed_field(error, field.nodes[0], listed((path, key))))
            if nullable:
                return None
            raise Bubble from None
        except Bubble:
            if nullable:
                return None
            raise

    return resolve


def listed(path: Path) -> list[Any]:
    found: list[Any] = []
    while path is not None:
        path, key = path
        found.append(key)
    return found[::-1]


# -- completing values ------------------------------------------------------------

def _completion(field: Field) -> Callable[[Execution, Any, Path], Any]:
    if field.is_leaf:
        return lambda run, value, path: value
    if field.is_connection:
        return lambda run, value, path: _connection(run, field, value, path)
    if field.is_list:
        return lambda run, value, path: _list(run, field, value, path)
    selection = field.selection
    return lambda run, value, path: complete_object(run, selection, value, path)


def complete_object(run: Execution, selection: Selection, value: Any, path: Path) -> Any:
    """A record (or the record a gid names) with the selected fields."""
    if isinstance(value, str):
        value = run.state.by_gid(value)
        if value is None:
            return None
    typename = value.get("__typename") if selection.declared.__class__ is not GraphQLObjectType else None
    key = typename or selection.declared.name
    rows = selection.compiled.get(key)
    if rows is None:
        concrete = run.schema.graphql.type_map[key]
        if not isinstance(concrete, GraphQLObjectType):
            concrete = selection.candidates()[0]
        rows = selection.compiled[key] = _rows(run, selection.plan, selection.fields(concrete))
    return _object(run, rows, value, path)


def _object(run: Execution, rows: list[Any], record: Record, path: Path) -> dict[str, Any]:
    answer = {}
    for key, name, default, resolve in rows:
        answer[key] = record.get(name, default) if resolve is None else resolve(run, record, path)
    return answer


def _list(run: Execution, field: Field, items: list[Any], path: Path) -> list[Any]:
    size = run.arguments(field).get("first")
    before, run.points = run.points, 0
    chosen = items[:size] if isinstance(size, int) else items
    answer = [None if item is None else _item(run, field, item, (path, i)) for i, item in enumerate(chosen)]
    # The estimate does not multiply lists, so neither does the actual cost.
    run.points = before + (run.points / len(chosen) if chosen else 0)
    return answer


def _item(run: Execution, field: Field, item: Any, path: Path) -> dict[str, Any] | None:
    try:
        whole: dict[str, Any] | None = complete_object(run, field.selection, item, path)
        return whole
    except Bubble:
        if field.items_may_be_null:
            return None
        raise


def _connection(run: Execution, field: Field, value: Any, path: Path) -> dict[str, Any]:
    page = value if isinstance(value, Page) else plain_page(
        value, run.arguments(field), window_needed=not run.bulk)
    answer = {}
    for part in field.selection.fields(field.named):
        before, run.points = run.points, 0
        answer[part.key] = _part(run, part, page, (path, part.key), value)
        if part.name in ("nodes", "edges"):
            size = len(page.items)
            run.points = page_multiplier(size) * run.points / size if size else 0
        run.points += before
    return answer


def plain_page(items: list[Any], arguments: dict[str, Any], *, window_needed: bool = True) -> Page:
    """A page of records kept in a list; their position is what cursors remember."""
    order = range(len(items) - 1, -1, -1) if arguments.get("reverse") else range(len(items))
    chosen = [items[i] for i in order]
    keys = [(f"{i:06d}", i) for i in order]
    return page_of(chosen, keys, arguments, window_needed=window_needed)


def _part(run: Execution, part: Field, page: Page, path: Path, value: Any) -> Any:
    if part.name == "nodes":
        return [_node(run, part, item, (path, i)) for i, item in enumerate(page.items)]
    if part.name == "edges":
        return [_edge(run, part, item, page.cursor(i), (path, i)) for i, item in enumerate(page.items)]
    if part.name == "pageInfo":
        info = page.info
        return {f.key: info[f.name] for f in part.selection.fields(part.named)}
    if part.name == "__typename":
        return part.parent.name
    if part.is_leaf:
        return default_for(part)
    return complete_object(run, part.selection, {"__typename": part.named.name}, path)


def _node(run: Execution, part: Field, item: Any, path: Path) -> Any:
    run.points += 1
    return item if part.is_leaf else complete_object(run, part.selection, item, path)


def _edge(run: Execution, part: Field, item: Any, cursor: str | None, path: Path) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for f in part.selection.fields(part.named):
        if f.name == "node":
            answer[f.key] = _node(run, f, item, (path, f.key))
        else:
            answer[f.key] = cursor if f.name == "cursor" else part.named.name if f.name == "__typename" else None
    return answer


# -- what we hold no data for --------------------------------------------------------

SCALARS = {"Int": 0, "Float": 0.0, "Boolean": False, "String": "", "HTML": "", "FormattedString": "",
           "DateTime": "2024-01-01T00:00:00Z", "Date": "2024-01-01", "Decimal": "0.0", "Money": "0.00",
           "UnsignedInt64": "0", "BigInt": "0", "URL": "https://demo-fr.myshopify.com/", "JSON": {},
           "UtcOffset": "+01:00", "Color": "#000000", "ARN": "", "StorefrontID": ""}


def default_for(field: Field) -> Any:
    """Null where the schema allows it, else something of the right type."""
    if field.definition is None:
        return None
    if field.is_connection:
        return Page([], [], False, False)
    if not field.is_non_null:
        return None
    if field.is_list:
        return []
    if isinstance(field.named, GraphQLEnumType):
        return next(iter(field.named.values))
    if isinstance(field.named, GraphQLScalarType):
        return gid(field.parent.name, 0) if field.named.name == "ID" else SCALARS.get(field.named.name, "")
    return [] if is_user_error(field.named) else {"__typename": field.named.name}
