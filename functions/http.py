"""The edge: who is calling and in which language, JSON in; JSON, a file or a page out, and every problem in its place.

Triggers are written as functions of a Call that return a value; this module alone knows HTTP.
Routes carry function keys in Azure (auth level FUNCTION), so a stranger never gets here; what the others may do
is decided in shared/who_may.py.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial, wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import azure.functions as func
import msgspec

from functions.house import connector, ready_connector
from functions.problems import PAGE_HEADERS, problem_json, problem_page, status_of
from functions.roles import role_needed
from functions.wording import worded
from shared.clock import from_iso
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.languages import ENGLISH, language_of
from shared.telemetry import record
from shared.texts import sentence
from shared.who_may import Role, admitted

if TYPE_CHECKING:
    from shared.connector import Connector

_log = logging.getLogger(__name__)
_LONGEST_BODY = 1_000_000
KEPT_FOR_EVER = "public, max-age=31536000, immutable"
"""Source: RFC 9111, 5.2.2.1; RFC 8246 (immutable)."""


@dataclass(frozen=True)
class Call:
    """A parsed request; query and body are what `takes` (inputs.py) made of them, or texts and plain JSON.

    language  in which the caller is answered (shared/languages.py)
    request   as it came; for what reads the address, the headers or the bytes itself (`edge_of(raw=True)`)
    """

    connector: Connector
    path: dict[str, str]
    query: Any
    by: str
    body: Any
    language: str
    request: func.HttpRequest

    @cached_property
    def shop(self) -> str:
        """The code of the shop that the path names, whose card may be one that cannot be read; looked for once.

        ConnectorError shop-unknown.
        """
        return self.connector.shops.known(self.path["shop"])


class Answer(NamedTuple):
    """A value to send as JSON with this status; None sends no body."""

    value: Any
    status: int = 200
    headers: dict[str, str] | None = None


class Download(NamedTuple):
    """A text, or bytes, to be saved as a file of this name."""

    name: str
    text: str | bytes
    mimetype: str = "application/json"


class Page(NamedTuple):
    """A page for a browser: HTML. Without other headers it may load nothing, and be shown in no frame."""

    html: str
    status: int = 200
    headers: dict[str, str] | None = None


class Asset(NamedTuple):
    """A file that a page loads; its address changes with what it holds, so it may be kept for ever."""

    content: bytes
    mimetype: str


Answered = Answer | Download | Page | Asset
Trigger = Callable[[func.HttpRequest], func.HttpResponse]


def edge(function: Callable[[Call], Answered]) -> Trigger:
    """Make an HTTP trigger of a function of a Call; problems are answered as JSON."""
    return _trigger(function, raw=False, in_browser=False)


def edge_of(
    *, raw: bool = False, in_browser: bool = False, whatever_layout: bool = False
) -> Callable[[Callable[[Call], Answered]], Trigger]:
    """`edge` for a function that reads query and body itself (raw), or that a person's browser is sent to
    (in_browser): it is told of a problem on a page, if it asks for one; or that does not ask how storage is
    written (whatever_layout)."""
    return partial(_trigger, raw=raw, in_browser=in_browser, whatever_layout=whatever_layout)


def _trigger(
    function: Callable[[Call], Answered], *, raw: bool, in_browser: bool,
    whatever_layout: bool = False,
) -> Trigger:
    @wraps(function)
    def trigger(req: func.HttpRequest) -> func.HttpResponse:
        role = role_needed(function, req.method)
        try:
            house = connector() if whatever_layout else ready_connector()
            call = _call(house, req, role, getattr(function, "inputs", None), raw)
            answer = function(call)
        except ConnectorError as problem:
            return made(_told(problem, req, in_browser))
        except Exception:
            _log.exception("%s failed", function.__name__)
            failed = ConnectorError("internal-error", sentence("the connector failed; the log holds the details"))
            return made(_told(failed, req, in_browser))
        if role is Role.OPERATOR:
            record("operation", by=call.by, operation=function.__name__, **call.path)
        return made(answer, call.language)

    return as_trigger(trigger)


def as_trigger(trigger: Trigger) -> Trigger:
    """`trigger` as the worker reads it, by its signature: one parameter, req, and nothing behind it."""
    trigger.__annotations__ = {"req": func.HttpRequest, "return": func.HttpResponse}
    del trigger.__wrapped__  # type: ignore[attr-defined]  # `wraps` left it
    return trigger


def wants_page(req: func.HttpRequest) -> bool:
    """Whether the caller is a browser that shows what it gets (Accept)."""
    return "text/html" in req.headers.get("Accept", "")


def _told(error: ConnectorError, req: func.HttpRequest, in_browser: bool) -> func.HttpResponse | Page:
    """The problem, in the caller's language: a page, or problem+json (RFC 9457)."""
    language, status = language_of(req.headers), status_of(error)
    if in_browser and wants_page(req):
        return Page(problem_page(error, language), status)
    return respond(msgspec.json.encode(problem_json(error, language)), status, mimetype="application/problem+json")


def made(answer: Answered | func.HttpResponse, language: str = ENGLISH) -> func.HttpResponse:
    """The response that an answer is sent as, its sentences in this language."""
    if isinstance(answer, func.HttpResponse):
        return answer
    if isinstance(answer, Asset):
        return respond(answer.content, mimetype=answer.mimetype, cache=KEPT_FOR_EVER)
    if isinstance(answer, Download):
        headers = {"Content-Disposition": f'attachment; filename="{answer.name}"'}
        return respond(answer.text, headers=headers, mimetype=answer.mimetype)
    if isinstance(answer, Page):
        return respond(answer.html, answer.status, PAGE_HEADERS | (answer.headers or {}), "text/html")
    body = None if answer.value is None else msgspec.json.encode(worded(answer.value, language))
    return respond(body, answer.status, answer.headers)


def respond(
    body: str | bytes | None = None, status: int = 200, headers: Mapping[str, str] | None = None,
    mimetype: str = "application/json", cache: str = "no-store",
) -> func.HttpResponse:
    """The one place that makes an answer: it is kept nowhere on its way, and is nothing but what it says it is.

    Most answers hold people's data, and which do not is not worth a mistake: only files of ours are (`cache`).
    Source: RFC 9111, 5.2.2.5 (no-store); WHATWG Fetch, "X-Content-Type-Options".
    """
    always = {"Cache-Control": cache, "X-Content-Type-Options": "nosniff"}
    return func.HttpResponse(
        body, status_code=status, headers={**(headers or {}), **always}, mimetype=mimetype, charset="utf-8"
    )


def _call(house: Connector, req: func.HttpRequest, role: Role | None, inputs: Any, raw: bool) -> Call:
    _check_texts(req.route_params)
    _check_texts(req.params)
    by = admitted(req.headers, role, house.settings).name if role else "anybody"
    query, body = (None, None) if raw else (parts_of_query(req.params, inputs), _body(req.get_body(), req.headers))
    return Call(house, dict(req.route_params), query, by, body, language_of(req.headers), req)


def _check_texts(parts: Mapping[str, str]) -> None:
    """Half a character (a lone surrogate) can be neither looked for nor answered."""
    for name, text in parts.items():
        try:
            f"{name}{text}".encode()
        except UnicodeEncodeError as error:
            raise ConnectorError("input-invalid", sentence(
                "the address holds no text: {reason}", reason=error.reason)) from error


def parts_of_query(params: Mapping[str, str], inputs: Any) -> dict[str, str]:
    """The query's parts, all of which the endpoint knows: one that is misspelt must not count as left out.

    `code` may hold the function key (Microsoft Learn, "Work with access keys"), which is the host's business.
    """
    known = inputs.query.__struct_encode_fields__ if inputs and inputs.query else ()
    parts = {name: text for name, text in params.items() if name in known or name != "code"}
    unknown = sorted(set(parts) - set(known))
    if unknown:
        raise ConnectorError("input-invalid", sentence(
            "unknown part {name} of the query; it takes {parts}" if known
            else "unknown part {name} of the query; it takes none", name=repr(unknown[0][:50]), parts=", ".join(known)))
    return parts


def _body(raw: bytes, headers: Mapping[str, str]) -> Any:
    if not raw and headers.get("Transfer-Encoding"):
        # The Functions host hands over no body without Content-Length; an empty one must not pass for what was sent.
        raise ConnectorError("input-invalid", sentence("the body came in chunks: send it whole, with Content-Length"))
    if not raw:
        return None
    if len(raw) > _LONGEST_BODY:
        raise ConnectorError("input-invalid", sentence("the body is longer than {most} bytes", most=_LONGEST_BODY))
    try:
        return decoded(raw)
    except msgspec.DecodeError as error:
        raise ConnectorError("input-invalid", sentence("the body is not JSON: {error}", error=error)) from error


def fields(call: Call, *names: str) -> dict[str, Any]:
    """The body as an object with no other fields than these; ConnectorError input-invalid."""
    body = {} if call.body is None else call.body
    if not isinstance(body, dict):
        raise ConnectorError("input-invalid", sentence("the body must be a JSON object"))
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise ConnectorError("input-invalid", sentence(
            "unknown field {name}; known: {names}", name=repr(unknown[0][:50]), names=', '.join(names)))
    return body


def day(name: str, text: str) -> date | None:
    """The date in a part of the query, None when it is empty; ConnectorError input-invalid."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ConnectorError("input-invalid", sentence(
            "{name}: {text} is no day, written as 2026-03-10", name=name, text=repr(text[:50]))) from error


def moment(name: str, text: str) -> datetime | None:
    """The time in a part of the query, None when it is empty; ConnectorError input-invalid."""
    try:
        return from_iso(text) if text else None
    except (ValueError, OverflowError) as error:
        raise ConnectorError("input-invalid", sentence(
            "{name}: {text} is no time with its zone, written as 2026-03-10T10:00:00Z", name=name, text=repr(text[:50]),
        )) from error
