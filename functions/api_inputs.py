"""What the API takes: the bodies and queries of its endpoints, as openapi.json describes them."""
from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from functions.inputs import AnyType, Body, Country, Date, Text, Time, Type
from shared.to_business_central.set_up_steps import Step

if TYPE_CHECKING:
    from shared.stores.skipped_records import Wanted


class AccessToken(Body, frozen=True):
    access_token: str
    migrate: bool = False


class StoreConfirmed(Body, frozen=True):
    """host: of the store that was asked about, "" for the one that answered last."""

    host: Text = ""


class StartSync(Body, frozen=True):
    types: list[Type] = msgspec.field(default_factory=list)


class SyncOrder(Body, frozen=True):
    even_if_left_out: bool = False


class BackFill(Body, frozen=True, rename={"since": "from", "until": "to"}):
    since: Time
    until: Time


class LastSyncTime(Body, frozen=True):
    last_sync_time: Time


class Environment(Body, frozen=True):
    allow_http_requests: bool


class Retry(Body, frozen=True):
    code: Text = ""
    type: AnyType = ""


class Dismissal(Body, frozen=True):
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class SetUpCheck(Body, frozen=True):
    countries: Annotated[list[Country], msgspec.Meta(max_length=300)] = msgspec.field(default_factory=list)
    steps: list[Step] = msgspec.field(default_factory=list)


class Replay(Body, frozen=True):
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


class CountQuery(msgspec.Struct, frozen=True):
    """since: changed from then on; "" = all of them."""

    since: Time = ""


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


class CaptureView(msgspec.Struct, frozen=True):
    part: Text = ""


class Comparison(msgspec.Struct, frozen=True, rename={"other": "with"}):
    other: Text = ""
