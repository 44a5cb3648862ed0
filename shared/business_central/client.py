"""The HTTP client of Business Central's API v2.0 for one company.

Rules: Microsoft Learn, "API v2.0 for Business Central", "Operational limits", "Use OData batch", "Server-driven
paging", "Data access intent". GETs are answered by a replica that lags; `fresh=True` asks the primary, which
every look-up that decides a write needs. A POST whose outcome is unknown is never repeated here.
Border: callers meet rows, and the errors of shared/errors.py (RecordRefused with its kinds AlreadyExists and
RowChanged, OutcomeUnknown, ServiceUnavailable, ConnectorError), never a response object or a status. The
tables behind the decisions are retries.py and refusals.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any, NamedTuple, TypeGuard
from urllib.parse import quote, urlsplit

import msgspec

from shared.business_central import wire
from shared.business_central.answers import Answer, Parts, failure_of_part
from shared.business_central.pace import Pace
from shared.business_central.refusals import AlreadyExists as AlreadyExists
from shared.business_central.refusals import RowChanged as RowChanged
from shared.business_central.refusals import RowGone as RowGone
from shared.business_central.refusals import Written, intercepted, refusal
from shared.business_central.request_window import DEFAULT_LIMIT
from shared.business_central.retries import NOT_ITS_OWN, Action, Failure, action_for
from shared.business_central.sign_in import TokenProvider
from shared.business_central.transport import Before, Call, Transport, request_of, said_of
from shared.business_central.web_services import WebService
from shared.business_central.wire import Row
from shared.clock import Clock
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused, ServiceUnavailable
from shared.exchange import Observer, unobserved
from shared.misfits import misfit
from shared.patience import Patience
from shared.texts import Sentence, sentence

MAX_BATCH = 100
_JSON = {"Content-Type": "application/json"}
_NO_ROW = "00000000-0000-0000-0000-000000000000"
_LINES_OF_NO_ORDER = f"salesOrders({_NO_ROW})/salesOrderLines"
_NOT_ABOUT_A_ROW = ("", "Internal_CompanyNotFound", "BadRequest_ResourceNotFound")


class BatchRequest(NamedTuple):
    """One operation of a batch; `path` is relative to the company, e.g. salesOrders(<id>)/salesOrderLines."""

    method: str
    path: str
    body: Mapping[str, Any]
    etag: str = ""


class Rehearsal(NamedTuple):
    """What a trial came to: the first refusal, or None, and the row of each operation that would have been taken."""

    refused: ConnectorError | None
    rows: list[Row]


class TurnedAway(ServiceUnavailable):
    """Business Central did not begin with one part of a batch: nothing of it is there, and it may be sent by itself."""


class BatchRefused(ConnectorError):
    """The batch as such was refused: its parts are to be sent one by one, once it is known that none was taken."""


_MUST_FAIL = BatchRequest("POST", "customers", {"displayName": ""})


class BusinessCentral:
    """One company over HTTP. Safe for several threads: each has its own connection.

    api_root   …/v2.0/{tenant}/{environment}/api/v2.0
    company    the company's id (GUID), pinned on the shop card
    page_size  rows of one page of a list
    at_once    requests under way at once, at most
    patience   how long all tries that fail may take
    http_gate  called before every request; raises when this environment may not make any
    observe    called once per attempt, also for one that was not answered
    """

    def __init__(
        self,
        api_root: str,
        company: str,
        sign_in: TokenProvider,
        clock: Clock,
        http_gate: Callable[[], None] = lambda: None,
        observe: Observer = unobserved,
        *,
        requests_per_five_minutes: int = DEFAULT_LIMIT,
        at_once: int = 5,
        page_size: int = 5_000,
        patience: Patience | None = None,
    ) -> None:
        self.clock = clock
        self._root = api_root.rstrip("/")
        # A card of an older version may hold anything: it stays one part of the path.
        self._company = f"companies({quote(company, safe='')})"
        self.page_size = page_size
        self._transport = Transport(
            sign_in, clock, http_gate, observe, requests_per_five_minutes=requests_per_five_minutes, at_once=at_once,
            patience=patience,
        )
        self.pace = Pace()

    @property
    def calls(self) -> int:
        """Requests sent so far, repeated ones included."""
        return self._transport.calls

    @property
    def writes(self) -> int:
        """Write operations among them, each operation of a batch counted."""
        return self._transport.writes

    @property
    def lanes(self) -> int:
        """Requests that may be under way at once now."""
        return self._transport.lanes.open

    def in_one_turn(self) -> AbstractContextManager[None]:
        """For several questions of this thread, one after another: they wait for their turn once."""
        return self._transport.lanes.kept()

    def close(self) -> None:
        """Close the connections; the client can be used again afterwards."""
        self._transport.close()

    # Reading

    def rows(
        self, entity_set: str, *, filter: str = "", select: str = "", orderby: str = "", expand: str = "",
        fresh: bool = False, page_rows: int | None = None,
    ) -> Iterator[Row]:
        """All rows of an entity set, page after page; `filter`, `select`, `orderby`, `expand` in OData's language."""
        options = wire.query({"$filter": filter, "$select": select, "$orderby": orderby, "$expand": expand})
        return self._pages(f"{self._root}/{self._company}/{entity_set}{options}", fresh, page_rows)

    def count(self, entity_set: str) -> int:
        """How many rows an entity set has; one request, asked of the primary."""
        options = wire.query({"$count": "true", "$top": "1", "$select": "id"})
        url = f"{self._root}/{self._company}/{entity_set}{options}"
        answer = self._good(Call("GET", url, _intent(True), b"", Written(entity_set), writes=0))
        try:
            return msgspec.convert(answer, _Counted).count
        except msgspec.ValidationError as error:
            raise ServiceUnavailable("bc-unavailable", sentence(
                "The answer for {path} does not say how many rows there are: {error}", path=entity_set,
                error=misfit(error, sentence("the answer")))) from error

    def companies(self) -> list[Row]:
        """The companies of this environment: id, name, displayName."""
        return list(self._pages(f"{self._root}/companies{wire.query({'$select': 'id,name,displayName'})}", False))

    def read(
        self, entity_set: str, id: str, *, select: str = "", expand: str = "", fresh: bool = False
    ) -> Row | None:
        """One row by its id with "@odata.etag", or None when there is none."""
        url = f"{self._url(entity_set, id)}{wire.query({'$select': select, '$expand': expand})}"
        answer = self._sent(Call("GET", url, _intent(fresh), b"", Written(entity_set), writes=0))
        if answer.failure is None:
            return _row(answer.value)
        if _is_gone(answer.failure):
            return None
        raise refusal(answer.failure, Written(entity_set))

    def web_service(self, name: str) -> WebService:
        """The page that the company publishes under this name; for item_card.py only."""
        return WebService(self._transport, self._root, self._company_name, name)

    @cached_property
    def _company_name(self) -> str:
        """Web services want the company's name; the card pins its id."""
        url = f"{self._root}/{self._company}{wire.query({'$select': 'name'})}"
        return str(self._good(Call("GET", url, _intent(False), b"", Written("companies"), writes=0))["name"])

    # Writing: for executor.py and order_execution.py only

    def create(
        self, entity_set: str, body: Mapping[str, Any], *, expand: str = "", before: Before = None
    ) -> Row:
        """POST; the row as Business Central stored it. OutcomeUnknown: it may or may not be there.

        `expand`: what the answer should hold beside the row itself; Business Central may leave it out.

        `before` is called right before each attempt, after every wait; what it raises stops the request.
        """
        url = f"{self._root}/{self._company}/{entity_set}{wire.query({'$expand': expand})}"
        call = self._write("POST", url, entity_set, body)
        return _row(self._good(call._replace(before=before)))

    def create_line(self, order_id: str, body: Mapping[str, Any], *, before: Before = None) -> Row:
        """One more line for a sales order."""
        return self.create(f"salesOrders({order_id})/salesOrderLines", body, before=before)

    def change(self, entity_set: str, id: str, body: Mapping[str, Any], etag: str) -> Row:
        """PATCH; the row after it. RowChanged when `etag` is no longer the row's."""
        call = self._write("PATCH", self._url(entity_set, id), entity_set, body, {"If-Match": etag})
        return _row(self._good(call))

    def remove(self, entity_set: str, id: str, etag: str = "") -> bool:
        """DELETE; False when there was no such row. RowChanged when an `etag` is given and no longer the row's."""
        headers = {"If-Match": etag} if etag else {}
        answer = self._sent(self._write("DELETE", self._url(entity_set, id), entity_set, {}, headers))
        if answer.failure is None:
            return True
        if _is_gone(answer.failure):
            return False
        raise refusal(answer.failure, Written(entity_set))

    def batch(self, operations: Sequence[BatchRequest], *, before: Before = None) -> list[Row]:
        """Up to 100 writes in one request, all or nothing; the stored rows in the same order.

        The first operation that fails decides the error: a snapshot batch rolls all others back, though
        Business Central still reports 201 for those before it.
        """
        if len(operations) > MAX_BATCH:
            raise ValueError(f"a batch takes {MAX_BATCH} operations, not {len(operations)}")
        if not operations:
            return []
        return _in_order(self._good(self._batch_call(_numbered(operations))._replace(before=before)), operations)

    def create_each(
        self, entity_set: str, bodies: Mapping[str, Mapping[str, Any]], *, expand: str = "", before: Before = None
    ) -> tuple[dict[str, Row | ConnectorError], float]:
        """POST up to 100 rows in one request, one after another, each a transaction of its own; and its seconds.

        Key -> the row as Business Central stored it, or why there is none: a refusal of this one, TurnedAway, or
        OutcomeUnknown (nothing was said of it). BatchRefused: the request itself was. OutcomeUnknown raised: any of
        them may be there, or may come to be there. Rule: a batch without Isolation, `Prefer: odata.continue-on-error`.
        """
        url = f"{entity_set}{wire.query({'$expand': expand})}"
        operations = {key: BatchRequest("POST", url, body) for key, body in bodies.items()}
        if len(operations) > MAX_BATCH:
            raise ValueError(f"a batch takes {MAX_BATCH} operations, not {len(operations)}")
        call = self._batch_call(operations, each=True)._replace(before=before)
        answer = self._transport.send(call)
        if answer.failure is not None:
            problem = refusal(answer.failure, Written(f"$batch of {entity_set}"))
            if isinstance(problem, RecordRefused):
                raise BatchRefused(problem.code, problem.sentence)
            raise problem
        said = {part["id"]: part for part in answer.value["responses"]}
        made = {key: _made(key, said.get(key), Written(entity_set, body)) for key, body in bodies.items()}
        return made, answer.seconds

    def rehearse(self, operations: Sequence[BatchRequest]) -> Rehearsal:
        """Whether these writes would be taken, one after another, and what would come of them; nothing of them stays.

        A last operation that must fail (a customer without a name) makes Business Central roll all others back; those
        have answered with their rows all the same ("Use OData batch").
        Whoever rehearses looks afterwards whether it did.
        """
        trial = [*operations, _MUST_FAIL]
        call = self._batch_call(_numbered(trial))
        answer = self._sent(call)
        if answer.failure is None:
            raise ConnectorError("record-refused", sentence(
                "Business Central took what it must refuse; nothing can be tried."))
        failed = _failed_operation(answer.value)
        if failed is None:
            raise refusal(answer.failure, call.written)
        rows = _in_order(answer.value, operations[:failed])
        if trial[failed] is _MUST_FAIL:
            return Rehearsal(None, rows)
        return Rehearsal(refusal(answer.failure, Written(trial[failed].path, trial[failed].body)), rows)

    # Building calls

    def _url(self, entity_set: str, id: str) -> str:
        return f"{self._root}/{self._company}/{entity_set}({quote(id, safe='')})"

    def _write(
        self, method: str, url: str, entity_set: str, body: Mapping[str, Any], headers: Mapping[str, str] = {}
    ) -> Call:
        content = wire.encode(body) if method != "DELETE" else b""
        return Call(method, url, {**_JSON, **headers}, content, Written(entity_set, body), writes=1)

    def _batch_call(self, operations: Mapping[str, BatchRequest], *, each: bool = False) -> Call:
        """`operations` by the ids of their parts; `each` stands for itself, or all are one transaction."""
        body = {"requests": [_batch_part(id, one, self._company) for id, one in operations.items()]}
        first = next(iter(operations.values()))
        how = {"Prefer": "odata.continue-on-error"} if each else {"Isolation": "snapshot"}
        # Undocumented whether each operation counts as a request; assume the worse.
        return Call(
            "POST", f"{self._root}/$batch", {**_JSON, **how}, wire.encode(body), Written(first.path, first.body),
            writes=len(operations), weight=len(operations), parts=Parts(tuple(operations), each),
        )  # fmt: skip

    def _pages(self, url: str, fresh: bool, page_rows: int | None = None) -> Iterator[Row]:
        headers = {**_intent(fresh), "Prefer": f"odata.maxpagesize={page_rows or self.page_size}"}
        read = set[str]()
        while url:
            read.add(url)
            entity_set = urlsplit(url).path.rpartition("/")[2]
            answer = self._good(Call("GET", url, headers, b"", Written(entity_set), writes=0))
            page = _page(answer, entity_set)
            yield from page.value
            url = page.next_link
            if url and _host(url) != _host(self._root):
                raise ConnectorError("bc-request-invalid", sentence(
                    "Business Central's next page is on another host, {host}; it was not read.",
                    host="://".join(_host(url))))
            if url in read:
                raise ServiceUnavailable("bc-unavailable", sentence(
                    "Business Central's next page of {path} is one that was read already.", path=entity_set))

    def _good(self, call: Call) -> Any:
        answer = self._sent(call)
        if answer.failure is not None:
            raise refusal(answer.failure, call.written)
        return answer.value

    def _sent(self, call: Call) -> Answer:
        """The answer. Where somebody in front of Business Central gave it, he is asked about a row that does not exist:
        RecordRefused "bc-intercepted" will say that it is about this very request, ServiceUnavailable that it is not.
        """
        answer = self._transport.send(call)
        if not _is_not_its_own(answer.failure):
            return answer
        if _is_not_its_own(self._answer_about_no_row(call)):
            raise intercepted(answer.failure, request_of(call))
        # He may have let go by now. A POST may have been carried out for all that: it is never sent again.
        return answer if call.method == "POST" else self._transport.send(call)

    def _answer_about_no_row(self, call: Call) -> Failure | None:
        """How a request with the same method, about the same entity set, fails if nothing can come of it."""
        path = _LINES_OF_NO_ORDER if call.method == "POST" else f"{call.written.entity_set}({_NO_ROW})"
        headers = {**_JSON, "If-Match": "*"} if call.method in ("PATCH", "DELETE") else _JSON
        body = wire.encode({"description": "-"}) if call.body else b""
        try:
            return self._transport.send(Call(
                call.method, f"{self._root}/{self._company}/{path}", headers, body, Written(path), writes=0)).failure
        except OutcomeUnknown as lost:
            raise ServiceUnavailable("bc-unavailable", lost.sentence) from None


def _is_gone(failure: Failure) -> bool:
    """Whether only the row is missing, not the company or the whole address."""
    return failure.status == 404 and failure.code not in _NOT_ABOUT_A_ROW


def _is_not_its_own(failure: Failure | None) -> TypeGuard[Failure]:
    return failure is not None and failure.code == NOT_ITS_OWN


def _intent(fresh: bool) -> dict[str, str]:
    return {"Data-Access-Intent": "ReadWrite" if fresh else "ReadOnly"}


def _host(url: str) -> tuple[str, str]:
    """Scheme and host; blank ones of what is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()


class _Page(msgspec.Struct, rename={"next_link": "@odata.nextLink"}):
    """A page of rows; a list that Business Central leaves out, or is null, is never taken for an empty one."""

    value: list[Row]
    next_link: str = ""


class _Counted(msgspec.Struct, rename={"count": "@odata.count"}):
    count: int


def _page(answer: Any, path: str) -> _Page:
    try:
        return msgspec.convert(answer, _Page)
    except msgspec.ValidationError as error:
        raise ServiceUnavailable("bc-unavailable", sentence(
            "The answer for {path} is no list of rows: {error}", path=path,
            error=misfit(error, sentence("the answer")))) from error


def _row(value: Any) -> Row:
    return msgspec.convert(value, Row)


def _numbered(operations: Sequence[BatchRequest]) -> dict[str, BatchRequest]:
    return {str(number): each for number, each in enumerate(operations)}


def _made(key: str, part: Mapping[str, Any] | None, written: Written) -> Row | ConnectorError:
    """What became of one part that stands for itself. It is judged as if it had been sent alone."""
    if part is None:
        return _unknown(key, sentence("the batch was answered without a word of it."))
    if int(part["status"]) < 400:
        row = part.get("body")
        has_row = isinstance(row, dict) and "id" in row
        return _row(row) if has_row else _unknown(key, sentence("the batch was answered without its row."))
    failure = failure_of_part(part)
    match action_for(failure, "POST"):
        case Action.REFUSE:
            return refusal(failure, written)
        case Action.LOOK_UP:
            return _unknown(key, said_of(failure))
    return TurnedAway("bc-unavailable", _of_part(key, said_of(failure)))


def _unknown(key: str, reason: Sentence) -> OutcomeUnknown:
    return OutcomeUnknown("outcome-unknown", _of_part(key, reason))


def _of_part(key: str, reason: Sentence) -> Sentence:
    return sentence("{request}: {reason}", request=key, reason=reason)


def _batch_part(id: str, operation: BatchRequest, company: str) -> dict[str, Any]:
    headers = _JSON | ({"If-Match": operation.etag} if operation.etag else {})
    return {
        "id": id, "method": operation.method, "url": f"{company}/{operation.path}",
        "headers": headers, "body": operation.body,
    }  # fmt: skip


def _failed_operation(value: Any) -> int | None:
    """The number of the first operation of a batch that failed; None when the whole request did."""
    parts = value["responses"] if isinstance(value, dict) else ()
    return next((int(part["id"]) for part in parts if int(part["status"]) >= 400), None)


def _in_order(value: Any, operations: Sequence[BatchRequest]) -> list[Row]:
    bodies = {part["id"]: _row(part.get("body") or {}) for part in value["responses"]}
    return [bodies[str(number)] for number in range(len(operations))]
