"""One OData operation, from path and body to status and answer; the same for a single request and inside `$batch`.

Rules: Microsoft Learn, "API endpoint structure", "OData web services" (ETag, deep insert).
Border: no sockets, no tokens. Raises BcError; a write is one transaction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from . import errors
from .contract import BLANK_GUID, CONTRACT, EntitySet, Row, check_body
from .entities import ACTIONS, BEHAVIOURS, COMPUTED, DEEP_INSERT, NEEDS_PARENT, PLAIN, VIEWS
from .faults import INSIDE, Aim, Faults
from .odata_query import (
    Query,
    candidates,
    chosen,
    default_order,
    next_link,
    page_of,
    parse_query,
    render,
    split_query,
)
from .state import Reader, State, etag_of
from .statistics import Statistics

SEGMENT = re.compile(r"^(?P<name>[A-Za-z$][\w.]*)(?:\((?P<key>[^)]*)\))?$")
GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
ETAG = re.compile(r'^W/"[^"]+"$')
DOCUMENTS = ("salesOrders", "salesInvoices", "salesShipments", "salesCreditMemos")
_IN_PATH = re.compile(rf"\b({'|'.join(DOCUMENTS)})\(([0-9a-fA-F-]{{36}})\)")
_IN_FILTER = re.compile(r"externalDocumentNumber eq '([^']*)'")


@dataclass(frozen=True)
class Operation:
    """A request below the API root: decoded path, query options, lower-case headers, parsed JSON body."""

    method: str
    path: str
    options: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None

    @classmethod
    def of(cls, method: str, url: str, headers: dict[str, str], body: Any) -> Operation:
        """From a relative address such as `companies(…)/items?$top=1`."""
        path, _, query = url.partition("?")
        return cls(method.upper(), unquote(path).strip("/"), split_query(query), headers, body)


@dataclass(frozen=True)
class Answer:
    """What goes back: status, JSON body (None: empty) and headers."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """What a path leads to: a collection (row None) or one entity, perhaps with an action."""

    entity: EntitySet
    row: Row | None = None
    parent: Row | None = None
    fixed: Row = field(default_factory=dict)
    action: str = ""
    single: bool = False


class Operations:
    """Runs operations on the state, counts them, and lets the faults inside an operation strike."""

    def __init__(self, state: State, faults: Faults, statistics: Statistics) -> None:
        self.state, self.faults, self.statistics = state, faults, statistics
        self.root = ""

    def run(self, operation: Operation) -> Answer:
        """Carry out one operation. Raises BcError; then nothing has changed."""
        reader = self.reader(operation)
        target = self._resolve(operation, reader)
        self.statistics.operation(operation.method, target.entity.name)
        documents = documents_of(self.state, operation)
        self.strike(Aim(operation.method, target.action or target.entity.name, documents), target.entity.table)
        if operation.method == "GET":
            return self._read(operation, target, reader)
        if operation.headers.get("data-access-intent", "").lower() == "readonly":
            raise errors.bad_request("Data-Access-Intent ReadOnly is allowed on GET requests only.")
        with self.state.transaction():
            return self._write(operation, target)

    def strike(self, aim: Aim, table: str) -> None:
        """Let a fault inside the operation happen."""
        fault = self.faults.take(INSIDE, [aim])
        if fault and fault.kind == "forbidden":
            raise errors.forbidden(table)
        if fault and fault.kind == "refuse":
            raise errors.BcError(400, fault.code, "{message}", message=fault.message)
        if fault:
            raise errors.locked(fault.table)

    def reader(self, operation: Operation) -> Reader:
        """Reads go to the replica, which lags, unless they declare that a write depends on them."""
        intent = operation.headers.get("data-access-intent", "").lower()
        if self.faults.replica_lag and operation.method == "GET" and intent != "readwrite":
            return self.state.as_of(self.faults.replica_lag)
        return self.state

    # --- the path

    def _resolve(self, operation: Operation, reader: Reader) -> Target:
        segments = [_segment(text) for text in operation.path.split("/")]
        if segments[0] == ("companies", None) and len(segments) == 1:
            return Target(CONTRACT["companies"])
        company = segments[0][1] if segments[0][0] == "companies" else operation.options.get("company")
        self._check_company(company)
        if segments[0][0] == "companies":
            segments = segments[1:]
        if not segments:
            return Target(CONTRACT["companies"], reader.row("companies", (company or "").lower()), single=True)
        return self._walk(segments, reader)

    def _check_company(self, company: str | None) -> None:
        if not company:
            raise errors.BcError(400, "BadRequest_InvalidRequestUrl", "You must specify a company.")
        if self.state.row("companies", company.lower()) is None:
            raise errors.company_unknown(company)

    def _walk(self, segments: list[tuple[str, str | None]], reader: Reader) -> Target:
        name, key = segments[0]
        if name not in CONTRACT or name == "companies":
            raise errors.segment_unknown(name)
        target = self._step(Target(CONTRACT[name], fixed=VIEWS.get(name, {})), key, reader)
        for name, key in segments[1:]:
            target = self._next(target, name, key, reader)
        return target

    def _next(self, target: Target, name: str, key: str | None, reader: Reader) -> Target:
        row = target.row
        if row is None or target.action:
            raise errors.segment_unknown(name)
        action = target.entity.actions.get(name.removeprefix("Microsoft.NAV.").lower())
        if action and name.startswith("Microsoft.NAV."):
            return Target(target.entity, row, action=action, single=True)
        part = target.entity.parts.get(name)
        if part is None:
            raise errors.segment_unknown(name)
        entity = CONTRACT[part.target]
        if part.collection:
            fixed = {**VIEWS.get(part.target, {}), part.theirs: row[part.ours]}
            return self._step(Target(entity, parent=row, fixed=fixed), key, reader)
        return self._step(Target(entity), row.get(part.ours, BLANK_GUID), reader)

    def _step(self, target: Target, key: str | None, reader: Reader) -> Target:
        if key is None:
            return target
        key = key.removeprefix("id=").strip("'")
        if not GUID.match(key):
            raise errors.BcError(404, "BadRequest_NotFound", "Bad Request - Error in query syntax.")
        row = reader.row(target.entity.name, key.lower())
        # journals({id}) finds a batch whatever its template; everything else only in its own collection.
        name = target.entity.name
        belongs = {} if name == "journals" else {**VIEWS.get(name, {}), **target.fixed}
        if row is None or any(row.get(prop) != value for prop, value in belongs.items()):
            raise errors.not_found(target.entity.table, f"SystemId='{key}'")
        return Target(target.entity, row, target.parent, single=True)

    # --- reading

    def _read(self, operation: Operation, target: Target, reader: Reader) -> Answer:
        query = parse_query(operation.options, target.entity)
        if target.action:
            raise errors.method_not_allowed(target.entity.entity)
        if target.row is not None:
            shown = render(reader, target.entity, target.row, query, COMPUTED)
            return Answer(200, {"@odata.context": self._context(target.entity, single=True), **shown})
        self._check_parent(target, query)
        return Answer(200, self._collection(operation, target, reader, query))

    def _collection(self, operation: Operation, target: Target, reader: Reader, query: Query) -> Row:
        entity = target.entity
        found = candidates(reader, entity.name, self.state.table(entity.name), target.fixed, query)
        worked_out = COMPUTED.get(entity.name, {})
        if query.filter and query.filter.fields & worked_out.keys():
            found = [row | {name: value(reader, row) for name, value in worked_out.items()} for row in found]
        page = page_of(chosen(found, target.fixed, query, default_order(entity)), query,
                       operation.headers.get("prefer", ""))  # fmt: skip
        body: Row = {"@odata.context": self._context(entity)}
        if query.count:
            body["@odata.count"] = page.total
        body["value"] = [render(reader, entity, row, query, COMPUTED) for row in page.rows]
        if page.last:
            body["@odata.nextLink"] = next_link(self.root, operation.path, operation.options, page.last)
        return body

    def _check_parent(self, target: Target, query: Query) -> None:
        if target.entity.name in NEEDS_PARENT and target.parent is None:
            prop, refusal = NEEDS_PARENT[target.entity.name]
            fixed = query.filter.equalities if query.filter else {}
            if not any(len(fixed.get(name, ())) == 1 for name in (prop, "id")):
                raise errors.dialog(refusal)

    def _context(self, entity: EntitySet, single: bool = False) -> str:
        return f"{self.root}/$metadata#{entity.name}{'/$entity' if single else ''}"

    # --- writing

    def _write(self, operation: Operation, target: Target) -> Answer:
        if target.action:
            return self._act(operation, target)
        if operation.method == "POST":
            return self._insert(operation, target)
        if operation.method == "PATCH":
            return self._modify(operation, target)
        if operation.method == "DELETE":
            return self._delete(operation, target)
        raise errors.method_not_allowed(target.entity.entity)

    def _insert(self, operation: Operation, target: Target) -> Answer:
        entity = target.entity
        if target.single or not entity.insert:
            raise errors.method_not_allowed(entity.entity)
        if entity.name in NEEDS_PARENT and target.parent is None:
            raise errors.dialog(NEEDS_PARENT[entity.name][1])
        body = _object(operation.body)
        nested = {name: value for name, value in body.items() if name in entity.parts}
        for name in nested:
            if name not in DEEP_INSERT.get(entity.name, ()):
                raise errors.bad_request("Deep insert of '{name}' is not supported.", name=name)
        query = parse_query(operation.options, entity)
        behaviour = BEHAVIOURS.get(entity.name, PLAIN)
        row = behaviour.insert(self.state, entity, check_body(entity, body), target.parent, nested)
        location = {"Location": f"{self.root}/{operation.path}({row['id']})"}
        if "return-no-content" in operation.headers.get("prefer", ""):
            return Answer(204, None, location)
        return Answer(201, self._shown(entity, row, query), location)

    def _modify(self, operation: Operation, target: Target) -> Answer:
        entity, row = target.entity, self._one_row(target)
        if not entity.modify:
            raise errors.method_not_allowed(entity.entity)
        check_etag(operation, row, needed=True)
        body = _object(operation.body)
        for name in body.keys() & entity.parts.keys():
            raise errors.bad_request("Deep update of '{name}' is not supported.", name=name)
        query = parse_query(operation.options, entity)
        behaviour = BEHAVIOURS.get(entity.name, PLAIN)
        changed = behaviour.modify(self.state, entity, row, check_body(entity, body))
        return Answer(200, self._shown(entity, changed, query))

    def _delete(self, operation: Operation, target: Target) -> Answer:
        entity, row = target.entity, self._one_row(target)
        if not entity.delete:
            raise errors.method_not_allowed(entity.entity)
        check_etag(operation, row, needed=False)
        BEHAVIOURS.get(entity.name, PLAIN).delete(self.state, entity, row)
        return Answer(204)

    def _act(self, operation: Operation, target: Target) -> Answer:
        if operation.method != "POST":
            raise errors.method_not_allowed(target.entity.entity)
        row = self._one_row(target)
        check_etag(operation, row, needed=False)
        action = ACTIONS.get((target.entity.name, target.action))
        if action is None:
            raise errors.BcError(501, "BadRequest_MethodNotImplemented", "The action {action} is not supported here.",
                                 action=target.action)  # fmt: skip
        if not self.faults.ignore_posting:
            action(self.state, row)
        return Answer(204)

    def _one_row(self, target: Target) -> Row:
        if target.row is None:
            raise errors.method_not_allowed(target.entity.entity)
        return target.row

    def _shown(self, entity: EntitySet, row: Row, query: Query) -> Row:
        shown = render(self.state, entity, row, query, COMPUTED)
        return {"@odata.context": self._context(entity, single=True), **shown}


def documents_of(state: State, operation: Operation) -> frozenset[str]:
    """External numbers of the sales documents that an operation is about."""
    rows = (state.row(name, row_id.lower()) for name, row_id in _IN_PATH.findall(operation.path))
    named = {str(row["externalDocumentNumber"]) for row in rows if row}
    named |= set(_IN_FILTER.findall(operation.options.get("$filter", "")))
    if isinstance(operation.body, dict):
        named.add(str(operation.body.get("externalDocumentNumber", "")))
    return frozenset(named - {""})


def _segment(text: str) -> tuple[str, str | None]:
    match = SEGMENT.match(text)
    if match is None:
        raise errors.segment_unknown(text)
    return match["name"], match["key"]


def _object(body: Any) -> Row:
    if not isinstance(body, dict):
        raise errors.bad_request("The request body must be a JSON object.")
    return body


def check_etag(operation: Operation, row: Row, *, needed: bool) -> None:
    """PATCH must send If-Match; DELETE and actions may. A stale one is 409, not 412."""
    sent = operation.headers.get("if-match", "")
    if (not sent and not needed) or sent == "*":
        return
    if not ETAG.match(sent):
        raise errors.concurrency_token_missing()
    if sent != etag_of(row):
        raise errors.entity_changed()
