"""What an endpoint takes: one definition that checks the input and describes it in openapi.json.

`@takes(body=…, query=…)` below `@edge` turns the body, or the query, into the value its definition says before
the function sees the call. What cannot be that is refused with the place and the reason. Rules about the values
themselves (is there such a shop, does the time lie in the future) stay where they belong, in shared/. The definitions
of the API stand in api_inputs.py, those of the portal's forms and lists in portal/forms.py.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Annotated, Any, NamedTuple

import msgspec

from functions.http import Call
from shared.errors import ConnectorError
from shared.misfits import misfit
from shared.record_types import TYPE_NAMES
from shared.texts import sentence

_PLACES = {"body": sentence("the body"), "form": sentence("the form"), "query": sentence("the query")}
_ANY_OF = "|".join(TYPE_NAMES)
Type = Annotated[str, msgspec.Meta(pattern=f"^({_ANY_OF})$", extra_json_schema={"enum": list(TYPE_NAMES)})]
AnyType = Annotated[str, msgspec.Meta(pattern=f"^({_ANY_OF}|)$", extra_json_schema={"enum": ["", *TYPE_NAMES]})]
"""A type, or "" for all of them."""
Text = Annotated[str, msgspec.Meta(max_length=200)]
Time = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
Date = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date"})]
Country = Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2}$", examples=["FR"])]


class Inputs(NamedTuple):
    """The definitions of one endpoint's body and query; partial: any of the body's fields will do.

    form  of a page: what its form holds, all of it texts
    """

    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    partial: bool = False
    form: type[msgspec.Struct] | None = None


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body names no other fields than these."""


_Function = Callable[[Call], Any]


def takes(
    body: type[msgspec.Struct] | None = None, query: type[msgspec.Struct] | None = None,
    form: type[msgspec.Struct] | None = None,
) -> Callable[[Callable[[Any], Any]], _Function]:
    """Check and convert a call's body and query; ConnectorError input-invalid says what does not fit.

    A form of a page is a body whose parts are texts, as those of a query are.
    """

    def with_inputs(function: Callable[[Any], Any]) -> _Function:
        @wraps(function)
        def checked(call: Call) -> Any:
            if body is not None:
                call = replace(call, body=_as({} if call.body is None else call.body, body, "body", strict=True))
            if form is not None and call.body is not None:
                call = replace(call, body=_as(call.body, form, "form", strict=False))
            if query is not None:
                call = replace(call, query=_as(call.query, query, "query", strict=False))
            return function(call)

        checked.inputs = Inputs(body, query, form=form)  # type: ignore[attr-defined]  # edge() carries it on to the app
        return checked

    return with_inputs


def takes_some_of(body: type[msgspec.Struct]) -> Callable[[_Function], _Function]:
    """Say that a call changes some fields of `body`, which is checked where the whole is known."""

    def with_inputs(function: _Function) -> _Function:
        function.inputs = Inputs(body, partial=True)  # type: ignore[attr-defined]  # as above
        return function

    return with_inputs


def _as(value: Any, type: type[msgspec.Struct], place: str, *, strict: bool) -> Any:
    try:
        return msgspec.convert(value, type, strict=strict)
    except msgspec.ValidationError as error:
        raise ConnectorError("input-invalid", misfit(error, _PLACES[place])) from error
