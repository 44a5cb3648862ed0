"""One HTTP exchange: token, throttle, faults, operation or batch, error body. No sockets yet: see server.py.

Rules: Microsoft Learn, "API endpoint structure" (addresses with and without tenant, on-premises form), "Publishing
pages as web services" (`ODataV4` in place of `api/v2.0`) and "Error codes" (`CorrelationId`).
"""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import msgspec

from . import batch, errors, translations
from .contract import Row
from .control import Control
from .entities import NEEDS_PARENT
from .faults import AFTER, CUT, GATEWAY, PAGED, PART, Aim, Fault
from .operations import Answer, Operation, Operations, documents_of
from .state import State
from .throttle import Throttle
from .tokens import Tokens
from .web_services import ROOT as WEB_SERVICES
from .web_services import WebServices

API_PATH = re.compile(r"^(?P<base>/(?:v2\.0/(?:[^/]+/)?)?[^/]+/(?:api/v2\.0|ODataV4))(?:/(?P<path>.*))?$")
NUMBERED = ("salesOrders", "salesInvoices", "salesCreditMemos")

log = logging.getLogger(__name__)
decode = msgspec.json.Decoder(float_hook=Decimal).decode
encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True)
class Exchange:
    """One request as it arrived: method, undecoded path and query, lower-case headers, raw body."""

    method: str
    base: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What the server writes; `drop` closes the connection instead."""

    status: int
    body: bytes = b""
    headers: dict[str, str] | None = None
    content_type: str = "application/json; odata.metadata=minimal"
    drop: bool = False


class Service:
    """Carries out exchanges, one execution slot each."""

    def __init__(self, control: Control, tokens: Tokens, throttle: Throttle) -> None:
        self.control, self.tokens, self.throttle = control, tokens, throttle
        self.operations = Operations(control.state, control.faults, control.statistics)
        self.web_services = WebServices(self.operations)
        self.series_lock = asyncio.Lock()
        self.late: list[tuple[datetime, Exchange]] = []

    async def answer(self, exchange: Exchange) -> Reply:
        """Answer one request to the API."""
        self.control.statistics.calls += 1
        await self._carry_out_late()
        try:
            client = self.tokens.client_of(
                exchange.headers.get("authorization", ""), on_premises="/v2.0/" not in exchange.base)
            parts = self._parts(exchange)
            named = self._aims(exchange, parts)
            broken = await self._gateway_fault(named, exchange)
            if broken:
                return broken
            async with self.throttle.slot(client):
                reply = await self._execute(exchange, parts)
        except errors.BcError as problem:
            return self._refused(exchange, problem)
        except Exception:
            log.exception("%s %s", exchange.method, exchange.url)
            return self._refused(exchange, errors.BcError(500, "Internal_ServerError", "An error occurred."))
        if fault := self.control.faults.take(AFTER, named):
            return Reply(0, drop=True) if fault.kind == "drop_response_after_commit" else self._broken(fault)
        return reply

    def _parts(self, exchange: Exchange) -> list[batch.Part]:
        body = _json(exchange.body)
        if _is_batch(exchange.url):
            return batch.operations_of(body, exchange.base)
        return [(None, Operation.of(exchange.method, exchange.url, exchange.headers, body))]

    def _aims(self, exchange: Exchange, parts: list[batch.Part]) -> list[Aim]:
        with self.control.lock:
            aims = [aim for _, operation in parts for aim in _aims_of(self.control.state, operation)]
        documents = frozenset(document for aim in aims for document in aim.documents)
        return [*aims, Aim("POST", "$batch", documents)] if _is_batch(exchange.url) else aims

    async def _execute(self, exchange: Exchange, parts: list[batch.Part]) -> Reply:
        if _is_batch(exchange.url) and not batch.is_snapshot(exchange.headers):
            answer = await self._one_after_another(exchange, parts)
        else:
            answer = await self._as_one(exchange, parts)
        if answer is None:
            return Reply(0, drop=True)
        self._lead_round(exchange, parts, answer)
        return Reply(answer.status, b"" if answer.body is None else encode(answer.body), answer.headers)

    async def _as_one(self, exchange: Exchange, parts: list[batch.Part]) -> Answer | None:
        """A single operation, or a batch that is one transaction."""
        async with self._series_lock_of(parts):
            seconds = sum(self._seconds(operation) for _, operation in parts)
            await self._work(seconds, self.control.limits.operation_seconds)
            if _is_batch(exchange.url) and self.control.faults.take(CUT, self._aims(exchange, parts)):
                return None
            with self.control.lock:
                self.operations.root = exchange.base
                return self._run(exchange, parts)

    async def _one_after_another(self, exchange: Exchange, parts: list[batch.Part]) -> Answer | None:
        """A batch whose parts stand for themselves: what ran before an end of any sort stays. None: no answer."""
        _refuse_web_services(exchange)
        cut = self.control.faults.take(CUT, self._aims(exchange, parts))
        left, responses = self.control.limits.operation_seconds, list[Row]()
        self.control.statistics.batch_operations += len(parts)
        for number, part in enumerate(parts):
            if cut and number == cut.parts:
                break
            seconds = self._seconds(part[1])
            async with self._series_lock_of([part]):
                await self._work(seconds, left)
                left -= seconds
                with self.control.lock:
                    self.operations.root = exchange.base
                    answer = self._run_part(part[1])
            responses.append(batch.response(part[0], answer))
            if answer.status >= 400 and not batch.keeps_going(exchange.headers):
                break
        if cut is None:
            return batch.answer_of(responses)
        self._put_off_rest(exchange, cut)
        return None

    def _put_off_rest(self, exchange: Exchange, cut: Fault) -> None:
        if cut.kind == "late_rest":
            rest = encode({"requests": _json(exchange.body)["requests"][cut.parts :]})
            self.late.append((self.control.state.clock.now() + timedelta(seconds=cut.seconds),
                              replace(exchange, body=rest)))

    async def _work(self, seconds: float, at_most: float) -> None:
        """Be busy so long. Raises BcError 408 when that is longer than a request may work."""
        busy = min(seconds, at_most)
        self.control.statistics.service_seconds += busy
        if busy:
            await asyncio.sleep(busy)
        if seconds > at_most:
            raise errors.out_of_time(self.control.limits.operation_seconds)

    def _series_lock_of(self, parts: list[batch.Part]) -> AbstractAsyncContextManager[None]:
        numbered = any(op.method == "POST" and _last_set(op.path) in NUMBERED for _, op in parts)
        return self.series_lock if self.control.times.number_series_lock and numbered else nullcontext()

    def _run(self, exchange: Exchange, parts: list[batch.Part]) -> Answer:
        _refuse_web_services(exchange)
        if exchange.base.endswith(f"/{WEB_SERVICES}"):
            return self.web_services.run(parts[0][1])
        if not _is_batch(exchange.url):
            return self.operations.run(parts[0][1])
        self.control.statistics.batch_operations += len(parts)
        return batch.run_snapshot(self.control.state, parts, self._run_part)

    def _run_part(self, operation: Operation) -> Answer:
        fault = self.control.faults.take(PART, _aims_of(self.control.state, operation))
        if fault:
            answer = self._broken(fault)
            return Answer(answer.status, decode(answer.body) if answer.body[:1] == b"{" else None)
        try:
            return self.operations.run(operation)
        except errors.BcError as problem:
            return Answer(problem.status, self._error_body(operation.headers, problem))

    def _seconds(self, operation: Operation) -> float:
        """Service time of one operation, from the settings."""
        times = self.control.times
        if operation.method == "GET":
            return times.get
        name = _last_set(operation.path)
        if name in NEEDS_PARENT:
            return times.line
        body = operation.body if isinstance(operation.body, dict) else {}
        lines = sum(len(value) for value in body.values() if isinstance(value, list))
        return times.header + times.line * lines

    # --- what goes wrong

    def _lead_round(self, exchange: Exchange, parts: list[batch.Part], answer: Answer) -> None:
        """Let a page name itself as the next one, where such a fault is on."""
        is_page = isinstance(answer.body, dict) and "value" in answer.body
        if is_page and self.control.faults.take(PAGED, self._aims(exchange, parts)):
            answer.body["@odata.nextLink"] = f"{exchange.base}/{exchange.url}"

    async def _gateway_fault(self, named: list[Aim], exchange: Exchange) -> Reply | None:
        fault = self.control.faults.take(GATEWAY, named)
        if fault is None:
            return None
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return None
        if fault.kind == "late_commit":
            self.late.append((self.control.state.clock.now() + timedelta(seconds=fault.seconds), exchange))
        if fault.kind in ("drop_request", "late_commit"):
            return Reply(0, drop=True)
        return self._broken(fault)

    async def _carry_out_late(self) -> None:
        """Requests whose answers were given up, and whose time has come."""
        now = self.control.state.clock.now()
        due = [exchange for moment, exchange in self.late if moment <= now]
        self.late = [(moment, exchange) for moment, exchange in self.late if moment > now]
        for exchange in due:
            try:
                await self._execute(exchange, self._parts(exchange))
            except errors.BcError as problem:
                log.info("late %s %s: %s", exchange.method, exchange.url, problem)

    def _broken(self, fault: Fault) -> Reply:
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        if fault.status == 429:
            self.control.statistics.rejected_429 += 1
            body = {"error": {"code": "Application_TooManyRequests",
                              "message": errors.too_many_requests(101, 100).message() + _correlation()}}  # fmt: skip
            return Reply(429, encode(body), headers)
        if fault.kind.startswith("html") or fault.status in (502, 504):
            if fault.location:
                headers["Location"] = fault.location
            return Reply(fault.status, fault.page.encode(), headers, "text/html; charset=utf-8")
        body = {"error": {"code": "Internal_TenantUnavailable" if fault.status == 503 else "Internal_ServerError",
                          "message": "The service is not available." + _correlation()}}  # fmt: skip
        return Reply(fault.status, encode(body), headers)

    def _refused(self, exchange: Exchange, problem: errors.BcError) -> Reply:
        headers = {}
        if problem.status == 429:
            self.control.statistics.rejected_429 += 1
            if self.control.limits.retry_after is not None:
                headers["Retry-After"] = str(self.control.limits.retry_after)
        return Reply(problem.status, encode(self._error_body(exchange.headers, problem)), headers)

    def _error_body(self, headers: dict[str, str], problem: errors.BcError) -> Row:
        english = not self.control.faults.french or headers.get("accept-language", "").lower().startswith("en")
        text = problem.message() if english else translations.french(problem)
        return {"error": {"code": problem.code, "message": text + _correlation()}}


def _correlation() -> str:
    return f"  CorrelationId:  {uuid4()}."


def _refuse_web_services(exchange: Exchange) -> None:
    if exchange.base.endswith(f"/{WEB_SERVICES}") and _is_batch(exchange.url):
        raise errors.bad_request("A batch of web services is not supported here.")


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return decode(body)
    except msgspec.DecodeError as problem:
        raise errors.bad_request("The request body is not valid JSON: {problem}", problem=problem) from None


def _is_batch(url: str) -> bool:
    return unquote(url.partition("?")[0]).strip("/") == "$batch"


def _last_set(path: str) -> str:
    names = [part.partition("(")[0] for part in path.split("/")]
    return names[-2] if names[-1].startswith("Microsoft.NAV.") and len(names) > 1 else names[-1]


def _aims_of(state: State, operation: Operation) -> list[Aim]:
    """What a fault may be aimed at: the entity set, and the action if there is one."""
    last = operation.path.rpartition("/")[2]
    documents = documents_of(state, operation)
    aims = [Aim(operation.method, _last_set(operation.path), documents)]
    if "Microsoft.NAV." in last:
        aims.append(Aim(operation.method, last.removeprefix("Microsoft.NAV."), documents))
    return aims
