"""What the portal's pages take: their forms, and the filters of their lists.

A page sends texts, times among them as it shows them; "" stands for what nobody filled in. What of them is to be a
number, a day or a time is read by Entries, so that what is none is told beside its field.
"""
from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from functions.inputs import AnyType, Body, Text, Time
from shared import admin
from shared.errors import ConnectorError
from shared.texts import Sentence, sentence
from shared.to_business_central.set_up_steps import Step

if TYPE_CHECKING:
    from shared.connector import Connector
    from shared.stores.skipped_records import Wanted

Address = Annotated[str, msgspec.Meta(max_length=4000)]
"""A page to go on at."""


class EnvironmentChosen(Body, frozen=True):
    allow: Literal["yes", "no"]
    back: Address = ""


class NewShop(Body, frozen=True):
    code: Text
    shopify_url: Text


class CheckAsked(Body, frozen=True):
    """step: the one to try, or "" for all."""

    step: Annotated[str, msgspec.Meta(pattern=f"^({'|'.join(Step)}|)$")] = ""


class SyncAsked(Body, frozen=True):
    """type: one, or "" for all; back: the page to go on at."""

    type: AnyType = ""
    back: Address = ""


class ShopSwitched(Body, frozen=True):
    enabled: Literal["yes", "no"]
    back: Address = ""


class LoggingChosen(Body, frozen=True):
    """hours: after how many All ends; "" = never."""

    mode: Literal["Disabled", "Error Only", "All"]
    hours: Text = ""


class ResetAsked(Body, frozen=True):
    """since: as the portal shows times, for a reset to a time; "" for all of it; confirm: as ConfirmedTime."""

    how: Literal["since", "all"]
    since: Text = ""
    confirm: Text = ""


class ResetChosen(msgspec.Struct, frozen=True):
    """What a reset is asked about before it is done; as ResetAsked, "" while nothing is chosen."""

    how: Literal["", "since", "all"] = ""
    since: Text = ""


class CompanyChosen(Body, frozen=True):
    """version: of the shop card as the page showed it."""

    company: Text = ""
    version: Text | None = None


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


class OrderToSync(Body, frozen=True):
    """order: its id, or its name as Shopify shows it; even_if_left_out: "on" for whatever would leave it out."""

    order: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    even_if_left_out: Literal["", "on"] = ""


class Sought(Body, frozen=True):
    text: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class DocumentConfirmed(Body, frozen=True):
    """confirm: the number of the order's document in Business Central."""

    confirm: Text = ""


class BackTo(Body, frozen=True):
    """back: the page to go on at."""

    back: Address = ""


class CapturesToCompare(msgspec.Struct, frozen=True):
    """Ids of two captures of a record; "" for the newest, and for the one before it."""

    before: Text = ""
    after: Text = ""


class ReplayAsked(Body, frozen=True):
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


class RetryAllAsked(BackTo, frozen=True):
    """Of one code or type; "" for all."""

    code: Text = ""
    type: AnyType = ""


class RetryAsked(BackTo, frozen=True):
    """seen: when somebody had decided about the record last as the page showed it, "" where nobody had."""

    seen: Text | None = None


class DismissalAsked(BackTo, frozen=True):
    """seen: as RetryAsked."""

    seen: Text = ""
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class BackToPage(msgspec.Struct, frozen=True):
    """back: the page to go on at."""

    back: Address = ""


class LogFilters(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """As a page's form sends them: times as the portal shows them; errors: "on" for errors only."""

    shop: Text = ""
    since: Text = ""
    until: Text = ""
    errors: Literal["", "on"] = ""
    status: Text = ""
    direction: Literal["", "Shopify", "Business Central"] = ""
    text: Text = ""
    run: Text = ""
    live: Literal["", "on"] = ""
    continuation: Annotated[str, msgspec.Meta(max_length=8000)] = ""


class LogRemovalAsked(msgspec.Struct, frozen=True):
    """days: of this age and older; "" = all."""

    shop: Text = ""
    days: Text = ""


class LogRemovalConfirmed(msgspec.Struct, frozen=True):
    until: Time
    shop: Text = ""


class ToPage(msgspec.Struct, frozen=True):
    """to: the page of the portal to go on at."""

    to: Address = ""


class Entries:
    """What was read of a form so far. wrong: what a field holds that it cannot, by the name of the field.

    A page shows its form again with `wrong`, and asks nothing; a file, which has no field, is refused by `check`.
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self.wrong: dict[str, Sentence] = {}

    @property
    def status(self) -> int:
        """Of the page that shows the form again."""
        return 422 if self.wrong else 200

    def number(self, name: str, text: str, least: int, most: int) -> int | None:
        """A whole number between the two; None for "", and for what is none."""
        typed = text.strip()
        if typed and not (re.fullmatch("[0-9]{1,9}", typed, re.ASCII) and least <= int(typed) <= most):
            self.wrong[name] = sentence("Enter a whole number from {least} to {most}.", least=least, most=most)
        return None if name in self.wrong or not typed else int(typed)

    def moment(self, name: str, text: str) -> datetime | None:
        """A moment, in the zone of the portal's times; None for "", and for what is none."""
        try:
            return admin.frame.moment_of(self._connector, text)
        except ConnectorError as problem:
            self.wrong[name] = problem.sentence
            return None

    def day(self, name: str, text: str) -> date | None:
        """A day; None for "", and for what is none."""
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.wrong[name] = sentence("{text} is not a day, written as 2026-03-10", text=repr(text[:50]))
            return None

    def check(self) -> None:
        """ConnectorError input-invalid with the first that is wrong."""
        for name, why in self.wrong.items():
            raise ConnectorError("input-invalid", sentence("{name}: {reason}", name=name, reason=why))
