"""What an HTTP answer of Shopify's GraphQL Admin API means.

Source: "Shopify API response status and error codes", "GraphQL Admin API reference" (errors, cost,
search warnings) and answers of a live development store. Shopify says most things with status 200:
`errors` may be a list, a string, or stand beside valid data. Half an answer is never taken for a
whole one, and an ignored search filter never for "everything changed".
Border: bytes and numbers in; an Answer, a Failure (may pass) or a ConnectorError (final) out.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.shopify.failures import Failure, Passing, refused
from shared.shopify.throttle import ThrottleStatus

T = TypeVar("T")

USER_ERRORS = re.compile(rb'"\w*serErrors"\s*:\s*\[\s*[^\]\s]')


class Cost(msgspec.Struct, frozen=True, rename="camel"):
    """Points: asked before, used in fact (None when the query did not run), state of the bucket."""

    requested_query_cost: float | None = None
    actual_query_cost: float | None = None
    throttle_status: ThrottleStatus | None = None


class _Warning(msgspec.Struct):
    field: str = "?"
    message: str = ""


class _Search(msgspec.Struct):
    warnings: list[_Warning] = []


class _Extensions(msgspec.Struct):
    cost: Cost | None = None
    search: list[_Search] = []


class _ErrorExtensions(msgspec.Struct, rename="camel"):
    code: str | None = None
    required_access: str | None = None
    request_id: str | None = None


class _GraphQLError(msgspec.Struct):
    message: str = ""
    path: list[str | int] | None = None
    extensions: _ErrorExtensions | None = None

    @property
    def more(self) -> _ErrorExtensions:
        return self.extensions or _ErrorExtensions()


class Envelope(msgspec.Struct):
    """The frame around `data`; `errors` keeps whatever form it came in."""

    data: msgspec.Raw = msgspec.Raw()
    errors: msgspec.Raw = msgspec.Raw()
    extensions: _Extensions | None = None

    @property
    def cost(self) -> Cost:
        return (self.extensions and self.extensions.cost) or Cost()


@dataclass(frozen=True)
class Answer:
    """A complete answer: `data` is the JSON of the `data` member, byte for byte as sent."""

    data: bytes
    cost: Cost
    request_id: str

    def read(self, shape: type[T]) -> T:
        """`data` decoded as `shape`; ConnectorError("record-unreadable") when it does not fit."""
        try:
            return decoded(self.data, type=shape)
        except (msgspec.MsgspecError, ValueError) as error:
            raise ConnectorError(
                "record-unreadable", f"Shopify's answer {self.request_id} has another form: {error}"
            ) from error


@dataclass(frozen=True)
class Understood:
    """The meaning of one HTTP answer, beside what the log wants to know of it."""

    outcome: Answer | Failure | ConnectorError
    cost: Cost

    @property
    def has_error(self) -> bool:
        if isinstance(self.outcome, Answer):
            return USER_ERRORS.search(self.outcome.data) is not None
        return True


def understand(status: int, headers: Mapping[str, str], body: bytes, version: str) -> Understood:
    """Read one answer. `headers` must ignore case; `version` is the API version that was asked."""
    request_id = headers.get("X-Request-Id", "")
    envelope = _envelope(body)
    cost = envelope.cost if envelope else Cost()
    passing = _passing_status(status, headers, envelope, request_id)
    if passing:
        return Understood(passing, cost)
    if not 200 <= status < 300:
        return Understood(refused(status, _words(envelope)), cost)
    if envelope is None:
        return Understood(_unreadable(status, headers, request_id), cost)
    served = headers.get("X-Shopify-API-Version", version)
    if served != version:
        return Understood(ConnectorError(
            "api-version-unsupported", f"Shopify answered with version {served} instead of {version}"), cost)
    return Understood(_meaning(envelope, request_id), cost)


def _envelope(body: bytes) -> Envelope | None:
    try:
        return decoded(body, type=Envelope)
    except (msgspec.MsgspecError, ValueError):
        return None


def _passing_status(status: int, headers: Mapping[str, str], envelope: Envelope | None,
                    request_id: str) -> Failure | None:
    if status == 429:
        if envelope and any(e.more.code == "THROTTLED" for e in _errors(envelope)):
            return Failure(Passing.THROTTLED, "Shopify throttles this app in this shop")
        return Failure(Passing.TOO_MANY_REQUESTS, "Shopify answers HTTP 429", _retry_after(headers))
    if status >= 500:
        return Failure(Passing.SERVER_FAULT, f"Shopify answers HTTP {status}{_named(request_id)}",
                       _retry_after(headers))
    return None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None


def _named(request_id: str) -> str:
    return f", request id {request_id}" if request_id else ""


def _unreadable(status: int, headers: Mapping[str, str], request_id: str) -> Failure:
    kind = headers.get("Content-Type", "no content type")
    return Failure(Passing.SERVER_FAULT, f"HTTP {status} without a JSON object ({kind}){_named(request_id)}")


def _meaning(envelope: Envelope, request_id: str) -> Answer | Failure | ConnectorError:
    errors = _errors(envelope)
    if errors:
        return _failure(errors, request_id)
    ignored = [w for s in (envelope.extensions.search if envelope.extensions else []) for w in s.warnings]
    if ignored:
        names = ", ".join(sorted({w.field for w in ignored}))
        return ConnectorError("shopify-refused",
                              f"Shopify ignored the filter on {names}: {ignored[0].message}")
    if bytes(envelope.data) in (b"", b"null"):
        return ConnectorError("record-unreadable", f"Shopify's answer holds no data{_named(request_id)}")
    return Answer(bytes(envelope.data), envelope.cost, request_id)


def _errors(envelope: Envelope) -> list[_GraphQLError]:
    """The errors as a list, whichever form they came in: a list, one object, or a string."""
    raw = bytes(envelope.errors)
    if raw in (b"", b"null", b"[]"):
        return []
    try:
        return decoded(raw, type=list[_GraphQLError])
    except msgspec.MsgspecError:
        return [_GraphQLError(raw.decode("utf-8", "replace").strip('"'))]


def _failure(errors: list[_GraphQLError], request_id: str) -> Failure | ConnectorError:
    by_code = {error.more.code: error for error in errors}
    if "THROTTLED" in by_code:
        return Failure(Passing.THROTTLED, "Shopify throttles this app in this shop")
    if "ACCESS_DENIED" in by_code:
        return _access_denied([e for e in errors if e.more.code == "ACCESS_DENIED"])
    if all(e.more.code in ("INTERNAL_SERVER_ERROR", "TIMEOUT") for e in errors):
        known = errors[0].more.request_id or request_id
        return Failure(Passing.SERVER_FAULT, f"Shopify reports an internal error{_named(known)}")
    return ConnectorError("shopify-refused", "; ".join(e.message for e in errors[:3]))


def _access_denied(errors: list[_GraphQLError]) -> ConnectorError:
    fields = {".".join(p for p in e.path or [] if isinstance(p, str)) or e.message for e in errors}
    access = {e.more.required_access for e in errors if e.more.required_access}
    needs = f"; required: {' / '.join(sorted(access))}" if access else ""
    return ConnectorError("access-scope-changed", f"Shopify denies {', '.join(sorted(fields))}{needs}")


def _words(envelope: Envelope | None) -> str:
    return "; ".join(e.message for e in _errors(envelope)[:3]) if envelope else ""
