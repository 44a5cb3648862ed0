"""What an HTTP answer of Shopify's GraphQL Admin API means.

Source: "Shopify API response status and error codes", "GraphQL Admin API reference" (errors, cost,
search warnings) and answers of a live development store. Shopify says most things with status 200:
`errors` may be a list, a string, or stand beside valid data. Half an answer is never taken for a
whole one, and an ignored search filter never for "everything changed".
Data are read strictly; figures and notes beside them (cost, search) loosely, since nobody promised their form.
Border: bytes and numbers in; an Answer, a Failure (may pass) or a ConnectorError (final) out.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.shopify.failures import (
    AT_THE_EDGE,
    PASSING_STATUS,
    AccessDenied,
    Failure,
    Passing,
    QueryFailed,
    moved,
    refused,
)
from shared.shopify.throttle import ThrottleStatus
from shared.texts import Sentence, as_said, sentence

T = TypeVar("T")

_THROTTLED = sentence("Shopify throttles this app in this shop")
MOST_POINTS = 10.0**9
"""No bucket is so large: a figure above it is none."""

USER_ERRORS = re.compile(rb'"\w*serErrors"\s*:\s*\[\s*[^\]\s]')


class Cost(msgspec.Struct, frozen=True):
    """Points: asked before, used in fact (None when the query did not run), state of the bucket."""

    requested_query_cost: float | None = None
    actual_query_cost: float | None = None
    throttle_status: ThrottleStatus | None = None


@dataclass(frozen=True)
class _GraphQLError:
    """One entry of `errors`; "" and () for what it does not say."""

    message: str = ""
    path: tuple[str | int, ...] = ()
    code: str = ""
    required_access: str = ""
    request_id: str = ""


class Envelope(msgspec.Struct):
    """The frame around `data`; what stands beside it is kept in whatever form it came in."""

    data: msgspec.Raw = msgspec.Raw()
    errors: msgspec.Raw = msgspec.Raw()
    extensions: msgspec.Raw = msgspec.Raw()


@dataclass(frozen=True)
class Answer:
    """A complete answer: `data` is the JSON of the `data` member, byte for byte as sent."""

    data: bytes
    cost: Cost
    request_id: str

    def read(self, shape: type[T]) -> T:
        """`data` decoded as `shape`; QueryFailed("record-unreadable") when it does not fit."""
        try:
            return decoded(self.data, type=shape)
        except msgspec.DecodeError as error:
            raise QueryFailed("record-unreadable", sentence(
                "Shopify's answer {request} has another form: {error}", request=self.request_id, error=error)
            ) from error


@dataclass(frozen=True)
class Understood:
    """The meaning of one HTTP answer, beside what the log wants to know of it."""

    outcome: Answer | Failure | ConnectorError
    cost: Cost

    @property
    def has_error(self) -> bool:
        if isinstance(self.outcome, Answer):
            # Most answers hold none, and a page of orders is long.
            return b"serErrors" in self.outcome.data and USER_ERRORS.search(self.outcome.data) is not None
        return True


def understand(status: int, headers: Mapping[str, str], body: bytes, version: str) -> Understood:
    """Read one answer. `headers` must ignore case; `version` is the API version that was asked."""
    request_id = headers.get("X-Request-Id", "")
    envelope = _envelope(body)
    errors = _errors(envelope) if envelope else []
    extensions = _extensions(envelope) if envelope else {}
    cost = _cost(extensions)
    passing = _passing_status(status, headers, errors, request_id)
    if passing:
        return Understood(passing, cost)
    if not 200 <= status < 300:
        elsewhere = moved(status, headers.get("Location", ""))
        return Understood(elsewhere or refused(status, "; ".join(e.message for e in errors[:3])), cost)
    if envelope is None:
        return Understood(_unreadable(status, headers, request_id), cost)
    served = headers.get("X-Shopify-API-Version", version)
    if served != version:
        return Understood(ConnectorError("api-version-unsupported", sentence(
            "Shopify answered with version {served} instead of {version}", served=served, version=version)), cost)
    if errors:
        return Understood(_failure(errors, bytes(envelope.data), request_id), cost)
    return Understood(_meaning(bytes(envelope.data), extensions, cost, request_id), cost)


def _envelope(body: bytes) -> Envelope | None:
    try:
        return decoded(body, type=Envelope)
    except msgspec.DecodeError:
        return None


# -- what stands beside the data: nobody promised its form, so it never costs an answer ---------------------------


def _extensions(envelope: Envelope) -> dict[str, Any]:
    return _object(_loosely(bytes(envelope.extensions)))


def _loosely(raw: bytes) -> Any:
    """The value, None when there is none that can be read."""
    try:
        return decoded(raw) if raw else None
    except msgspec.DecodeError:
        return None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _figure(value: Any) -> float | None:
    """A number of points, None for anything else."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0 <= value <= MOST_POINTS else None


def _cost(extensions: Mapping[str, Any]) -> Cost:
    cost = _object(extensions.get("cost"))
    status = _object(cost.get("throttleStatus"))
    most, available, rate = (
        _figure(status.get(name)) for name in ("maximumAvailable", "currentlyAvailable", "restoreRate"))
    bucket = ThrottleStatus(most, available, rate) if most and available is not None and rate else None
    return Cost(_figure(cost.get("requestedQueryCost")), _figure(cost.get("actualQueryCost")), bucket)


def _ignored_filter(extensions: Mapping[str, Any]) -> Sentence | None:
    """What Shopify says about search fields that it passed over, None if there are none."""
    warnings = [_object(warning) for search in _list(extensions.get("search"))
                for warning in _list(_object(search).get("warnings"))]
    if not warnings:
        return None
    names = ", ".join(sorted({_text(warning.get("field")) or "?" for warning in warnings}))
    return sentence("Shopify ignored the filter on {fields}: {words}", fields=names,
                    words=_text(warnings[0].get("message")))


def _errors(envelope: Envelope) -> list[_GraphQLError]:
    """The errors as a list, whichever form they came in: a list, one object, or a string."""
    raw = bytes(envelope.errors)
    if raw in (b"", b"null", b"[]"):
        return []
    value = _loosely(raw)
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return [_error(one) for one in value]
    return [_GraphQLError(raw.decode("utf-8", "replace").strip('"'))]


def _error(value: Mapping[str, Any]) -> _GraphQLError:
    more = _object(value.get("extensions"))
    path = tuple(part for part in _list(value.get("path")) if isinstance(part, str | int))
    return _GraphQLError(_text(value.get("message")), path, _text(more.get("code")),
                         _text(more.get("requiredAccess")), _text(more.get("requestId")))


# -- what the answer means ---------------------------------------------------------------------------------------


def _passing_status(status: int, headers: Mapping[str, str], errors: Sequence[_GraphQLError],
                    request_id: str) -> Failure | None:
    if status == 429:
        if any(e.code == "THROTTLED" for e in errors):
            return Failure(Passing.THROTTLED, _THROTTLED)
        return Failure(Passing.TOO_MANY_REQUESTS, sentence("Shopify answers HTTP 429"), _retry_after(headers))
    if status >= 500 or status in PASSING_STATUS:
        return Failure(Passing.SERVER_FAULT, _named(sentence("Shopify answers HTTP {status}", status=status),
                                                    request_id), _retry_after(headers))
    if status in AT_THE_EDGE and not errors:
        return Failure(Passing.TURNED_AWAY, _turned_away(status, headers, request_id), _retry_after(headers))
    return None


def _turned_away(status: int, headers: Mapping[str, str], request_id: str) -> Sentence:
    """Who did it is known by the number that the guard gave the request, if any."""
    ray = headers.get("CF-Ray", "")
    return _named(sentence(
        "HTTP {status} without a word of Shopify's API: a guard in front of it turned the request away, Cloudflare ray "
        "{ray}" if ray else
        "HTTP {status} without a word of Shopify's API: a guard in front of it turned the request away",
        status=status, ray=ray[:60]), request_id)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None


def _named(what: Sentence, request_id: str) -> Sentence:
    return sentence("{what}, request id {request}", what=what, request=request_id) if request_id else what


def _unreadable(status: int, headers: Mapping[str, str], request_id: str) -> Failure:
    content_type = headers.get("Content-Type", "no content type")
    return Failure(Passing.SERVER_FAULT, _named(sentence(
        "HTTP {status} without a JSON object ({type})", status=status, type=content_type), request_id))


def _meaning(data: bytes, extensions: Mapping[str, Any], cost: Cost,
             request_id: str) -> Answer | Failure | ConnectorError:
    ignored = _ignored_filter(extensions)
    if ignored:
        return ConnectorError("shopify-refused", ignored)
    if data in (b"", b"null"):
        return Failure(Passing.SERVER_FAULT, _named(sentence("Shopify's answer holds no data"), request_id))
    return Answer(data, cost, request_id)


def _failure(errors: Sequence[_GraphQLError], data: bytes, request_id: str) -> Failure | ConnectorError:
    by_code = {error.code: error for error in errors}
    if "THROTTLED" in by_code:
        return Failure(Passing.THROTTLED, _THROTTLED)
    if "ACCESS_DENIED" in by_code:
        return _access_denied([e for e in errors if e.code == "ACCESS_DENIED"], data)
    if all(e.code in ("INTERNAL_SERVER_ERROR", "TIMEOUT") for e in errors):
        known = errors[0].request_id or request_id
        return Failure(Passing.SERVER_FAULT, _named(sentence("Shopify reports an internal error"), known))
    return QueryFailed("shopify-refused", _named(as_said("; ".join(e.message for e in errors[:3])), request_id))


def _access_denied(errors: Sequence[_GraphQLError], data: bytes) -> ConnectorError:
    fields = frozenset(".".join(p for p in e.path if isinstance(p, str)) or e.message for e in errors)
    access = {e.required_access for e in errors if e.required_access}
    denied = _records_denied(errors)
    given = denied and all(len(places) < len(_list(_at(_loosely(data), path))) for path, places in denied.items())
    return AccessDenied(
        sentence("Shopify denies {fields}; required: {access}" if access else "Shopify denies {fields}",
                 fields=", ".join(sorted(fields)), access=" / ".join(sorted(access))),
        fields=fields, of_records=bool(denied),
        of_some=bool(given), of_several=not given and any(len(places) > 1 for places in denied.values()))


def _records_denied(errors: Sequence[_GraphQLError]) -> dict[tuple[str | int, ...], set[int]]:
    """The places of the records below which something was denied, by the path of their list; {} if any denial is not
    below a record."""
    denied: dict[tuple[str | int, ...], set[int]] = {}
    for error in errors:
        place = next((at for at, part in enumerate(error.path) if isinstance(part, int)), None)
        if place is None:
            return {}
        denied.setdefault(error.path[:place], set()).add(int(error.path[place]))
    return denied


def _at(data: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        data = _object(data).get(str(part))
    return data
