"""What the endpoints take: one definition that checks the input and describes it in openapi.json.

`@takes(body=…, query=…)` below `@edge` turns the body, or the query, into the value its definition says before
the function sees the call. What cannot be that is refused with the place and the reason. Rules about the values
themselves (is there such a shop, does the time lie in the future) stay where they belong, in shared/.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import msgspec

from functions.http import Call
from shared.errors import ConnectorError
from shared.misfits import misfit
from shared.record_types import TYPE_NAMES
from shared.texts import sentence
from shared.to_business_central.set_up_steps import Step

if TYPE_CHECKING:
    from shared.stores.skipped_records import Wanted

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


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body names no other fields than these."""


class AccessToken(_Body, frozen=True):
    access_token: str
    migrate: bool = False


class StartSync(_Body, frozen=True):
    types: list[Type] = []


class SyncOrder(_Body, frozen=True):
    even_if_left_out: bool = False


class BackFill(_Body, frozen=True, rename={"since": "from", "until": "to"}):
    since: Time
    until: Time


class LastSyncTime(_Body, frozen=True):
    last_sync_time: Time


class Environment(_Body, frozen=True):
    allow_http_requests: bool


class Retry(_Body, frozen=True):
    code: Text = ""
    type: AnyType = ""


class Dismissal(_Body, frozen=True):
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class SetUpCheck(_Body, frozen=True):
    countries: Annotated[list[Country], msgspec.Meta(max_length=300)] = []
    steps: list[Step] = []


class Replay(_Body, frozen=True):
    dry_run: bool = False


class SkippedQuery(msgspec.Struct, frozen=True):
    type: AnyType = ""
    code: Text = ""
    dismissed: bool = False
    left_out: bool = False
    run: Text = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1000
    continuation: Text = ""

    @property
    def wanted(self) -> Wanted:
        """What is asked for."""
        from shared.stores.skipped_records import Wanted

        return Wanted(dismissed=self.dismissed, left_out=self.left_out, code=self.code, run=self.run)


class CaptureQuery(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    type: AnyType = ""
    record: Text = ""
    since: Time = ""
    until: Time = ""
    run: Text = ""


class CapturePageQuery(CaptureQuery, frozen=True, rename={"since": "from", "until": "to"}):
    continuation: Text = ""


class LogQuery(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    shop: Text = ""
    since: Time = ""
    until: Time = ""
    has_error: Literal["", "true", "false"] = ""
    status: Annotated[int, msgspec.Meta(ge=0, le=999)] | Literal[""] = ""
    direction: Literal["", "Shopify", "Business Central"] = ""
    text: Text = ""
    run: Text = ""
    continuation: str = ""


Address = Annotated[str, msgspec.Meta(max_length=4000)]
"""A page to go on at."""


class EnvironmentChosen(_Body, frozen=True):
    allow: Literal["yes", "no"]
    back: Address = ""


class NewShop(_Body, frozen=True):
    code: Text
    shopify_url: Text


class CheckAsked(_Body, frozen=True):
    """step: the one to try, or "" for all."""

    step: Annotated[str, msgspec.Meta(pattern=f"^({'|'.join(Step)}|)$")] = ""


class SyncAsked(_Body, frozen=True):
    """type: one, or "" for all; back: the page to go on at."""

    type: AnyType = ""
    back: Address = ""


class ShopSwitched(_Body, frozen=True):
    enabled: Literal["yes", "no"]
    back: Address = ""


class LoggingChosen(_Body, frozen=True):
    """hours: after how many All ends; "" = never."""

    mode: Literal["Disabled", "Error Only", "All"]
    hours: Annotated[int, msgspec.Meta(ge=1, le=720)] | Literal[""] = ""


class ResetAsked(_Body, frozen=True):
    """since: as the portal shows times, for a reset to a time; "" for all of it; confirm: as ConfirmedTime."""

    how: Literal["since", "all"]
    since: Text = ""
    confirm: Text = ""


class ResetChosen(msgspec.Struct, frozen=True):
    """What a reset is asked about before it is done; as ResetAsked, "" while nothing is chosen."""

    how: Literal["", "since", "all"] = ""
    since: Text = ""


class CompanyChosen(_Body, frozen=True):
    company: Text = ""


class CountQuery(msgspec.Struct, frozen=True):
    """since: changed from then on; "" = all of them."""

    since: Time = ""


class AuditFilters(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """As a page's form sends them: times as the portal shows them."""

    shop: Text = ""
    operation: Text = ""
    since: Text = ""
    continuation: Text = ""


class CaptureFilters(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """As a page's form sends them: times as the portal shows them; record: a Shopify id or a name."""

    shop: Text = ""
    type: AnyType = ""
    record: Text = ""
    since: Text = ""
    until: Text = ""
    continuation: Text = ""


class OrderToSync(_Body, frozen=True):
    """order: its id, or its name as Shopify shows it; even_if_left_out: "on" for whatever would leave it out."""

    order: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    even_if_left_out: Literal["", "on"] = ""


class Sought(_Body, frozen=True):
    text: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class DocumentConfirmed(_Body, frozen=True):
    """confirm: the number of the order's document in Business Central."""

    confirm: Text = ""


class BackTo(_Body, frozen=True):
    """back: the page to go on at."""

    back: Annotated[str, msgspec.Meta(max_length=4000)] = ""


class CapturesToCompare(msgspec.Struct, frozen=True):
    """Ids of two captures of a record; "" for the newest, and for the one before it."""

    before: Text = ""
    after: Text = ""


class ReplayAsked(_Body, frozen=True):
    how: Literal["dry-run", "replay"]


class ListFilters(msgspec.Struct, frozen=True):
    """state: a status of Shopify's, or how the record stands."""

    shop: Text = ""
    state: Text = ""
    continuation: Text = ""


class OrdersFilters(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """As a page's form sends them: first and last day of the orders, both included; "" leaves it open."""

    shop: Text = ""
    first: Text = ""
    last: Text = ""
    continuation: Text = ""


class RunFilters(msgspec.Struct, frozen=True):
    shop: Text = ""


class SkippedFilters(msgspec.Struct, frozen=True):
    """state: those that wait for somebody, those that somebody dismissed, those that the shop card leaves out."""

    shop: Text = ""
    type: AnyType = ""
    code: Text = ""
    state: Literal["", "dismissed", "left-out"] = ""
    sort: Literal["", "oldest", "newest", "tries", "next"] = ""
    continuation: Text = ""

    @property
    def wanted(self) -> Wanted:
        """What is asked for; one that was dismissed is that, and no longer left out."""
        from shared.stores.skipped_records import Wanted

        if self.state == "dismissed":
            return Wanted(dismissed=True, left_out=None, code=self.code)
        return Wanted(left_out=self.state == "left-out", code=self.code)


class DismissalAsked(BackTo, frozen=True):
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class BackToPage(msgspec.Struct, frozen=True):
    """back: the page to go on at."""

    back: Annotated[str, msgspec.Meta(max_length=4000)] = ""


class LogFilters(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """As a page's form sends them: times as the portal shows them; errors: "on" for errors only."""

    shop: Text = ""
    since: Text = ""
    until: Text = ""
    errors: Literal["", "on"] = ""
    status: Annotated[int, msgspec.Meta(ge=0, le=999)] | Literal[""] = ""
    direction: Literal["", "Shopify", "Business Central"] = ""
    text: Text = ""
    run: Text = ""
    live: Literal["", "on"] = ""
    continuation: Annotated[str, msgspec.Meta(max_length=8000)] = ""


class LogRemovalAsked(msgspec.Struct, frozen=True):
    """days: of this age and older; "" = all."""

    shop: Text = ""
    days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | Literal[""] = ""


class LogRemovalConfirmed(msgspec.Struct, frozen=True):
    until: Time
    shop: Text = ""


class LogRemoval(msgspec.Struct, frozen=True):
    """older_than_days: "" stands for the retention."""

    shop: Text = ""
    older_than_days: Annotated[int, msgspec.Meta(ge=0, le=36500)] | Literal[""] | None = None
    confirm: Annotated[int, msgspec.Meta(ge=0, le=10**9)] | Literal[""] = ""


class Confirmation(msgspec.Struct, frozen=True):
    confirm: Annotated[int, msgspec.Meta(ge=0, le=10**9)] | Literal[""] = ""


class ConfirmedDocument(msgspec.Struct, frozen=True):
    """confirm: the number of the order's document in Business Central."""

    confirm: Text = ""


class ConfirmedTime(msgspec.Struct, frozen=True):
    """confirm: up to where the type was read, for a time after that."""

    confirm: Text = ""


class CompanyOrdersQuery(msgspec.Struct, frozen=True):
    """limit: how many captured orders the page looks at."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 500
    continuation: Text = ""


class TaxApartQuery(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """from, to: the days of the orders, both included. limit: how many orders the page looks at."""

    first: Date = ""
    last: Date = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=10000)] = 5000
    continuation: Text = ""


class OperationsQuery(msgspec.Struct, frozen=True):
    shop: Text = ""
    operation: Text = ""
    since: Time = ""
    continuation: Text = ""


class PaymentsQuery(msgspec.Struct, frozen=True):
    continuation: Text = ""


class ToPage(msgspec.Struct, frozen=True):
    """to: the page of the portal to go on at."""

    to: Annotated[str, msgspec.Meta(max_length=4000)] = ""


class CaptureView(msgspec.Struct, frozen=True):
    part: Text = ""


class Comparison(msgspec.Struct, frozen=True, rename={"other": "with"}):
    other: Text = ""


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
                call = call._replace(body=_as({} if call.body is None else call.body, body, "body", strict=True))
            if form is not None and call.body is not None:
                call = call._replace(body=_as(call.body, form, "form", strict=False))
            if query is not None:
                call = call._replace(query=_as(call.query, query, "query", strict=False))
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
