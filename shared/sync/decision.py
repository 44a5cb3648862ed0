"""What happens to one record, decided before anything is done: a value, with the writes that carry it out as data.

A run carries decisions out, a dry run and the set-up check show them; so what they say is what is done. Deciding
writes nothing and asks the two services nothing but what it is handed (Surroundings). Border: which decision it is,
each record type says for itself.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from shared.business_central.client import BusinessCentral
from shared.business_central.directory import Directory
from shared.business_central.operations import Operation
from shared.clock import Clock
from shared.errors import ConnectorError
from shared.mapping.orders_to_import import NotSelected
from shared.mapping.prices import AskShopPrices
from shared.shopify.reading import Record
from shared.shops.card import ShopCard
from shared.stores.links import Link, Links, LinkState, Wish
from shared.stores.redacted_records import RedactedOfShop
from shared.sync.outcome import Outcome, Result, parked
from shared.texts import NOTHING, Sentence

Plan = TypeVar("Plan")


class What(StrEnum):
    """What happens to a record.

    CREATE     Business Central gets it
    CHANGE     what it became there follows
    ADOPT      it is there, and was not known to be
    FINISH     it is there by our own request, whose answer was lost; what that lacks is added
    LEAVE      it is there and stays as it is
    LEAVE_OUT  it is not taken
    KEEP       it is kept and shown, and does not go to Business Central
    REFUSE     it is parked, with the reasons
    """

    CREATE = "create"
    CHANGE = "change"
    ADOPT = "adopt"
    FINISH = "finish"
    LEAVE = "leave"
    LEAVE_OUT = "leave out"
    KEEP = "keep"
    REFUSE = "refuse"


RESULT = {
    What.CREATE: Result.CREATED, What.CHANGE: Result.UPDATED, What.ADOPT: Result.UNCHANGED,
    What.FINISH: Result.CREATED, What.LEAVE: Result.UNCHANGED, What.LEAVE_OUT: Result.LEFT_OUT,
    What.KEEP: Result.LEFT_OUT, What.REFUSE: Result.PARKED,
}
"""What a record counts as when its decision is carried out without a hitch; a change that changes nothing is none."""


@dataclass(frozen=True)
class Decision(Generic[Plan]):
    """What happens to one record.

    link          what is known of it, with what is to be remembered whatever comes of it
    plan          what carries it out, None where nothing is to be sent or linked
    operations    the writes, in order
    problems      why it, or some of it, is refused
    not_selected  why the shop card leaves it out
    why           why nothing is sent and nothing refused
    """

    what: What
    link: Link
    plan: Plan | None = None
    operations: tuple[Operation, ...] = ()
    problems: tuple[ConnectorError, ...] = ()
    not_selected: NotSelected | None = None
    why: Sentence = NOTHING

    @property
    def outcome(self) -> Outcome:
        """What becomes of a record for which nothing has to be sent."""
        if self.what is What.REFUSE:
            return parked(self.link, self.problems[0])
        return Outcome(self.link, RESULT[self.what], not_selected=self.not_selected, why=self.why)


def refuse(link: Link, problem: ConnectorError) -> Decision[Plan]:
    """It is parked."""
    return Decision(What.REFUSE, link, problems=(problem,))


def leave(link: Link, why: Sentence) -> Decision[Plan]:
    """It stays as it is."""
    return Decision(What.LEAVE, link, why=why)


def leave_out(link: Link, why: Sentence | NotSelected) -> Decision[Plan]:
    """It is not taken; a NotSelected is shown among the skipped records."""
    out = link.with_(state=LinkState.LEFT_OUT)
    if isinstance(why, NotSelected):
        return Decision(What.LEAVE_OUT, out, not_selected=why, why=why.sentence)
    return Decision(What.LEAVE_OUT, out, why=why)


class Surroundings(Protocol):
    """What a decision depends on beside the record, and by what it is found out; a JobContext is one.

    history_before  when the shop's first synchronization of orders began
    settle_seconds  so long a request may be under way
    named           gives records by their ids, for what an order needs
    wish            what an operator asked for with these records
    """

    @property
    def card(self) -> ShopCard: ...

    @property
    def bc(self) -> BusinessCentral: ...

    @property
    def directory(self) -> Directory: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def settle_seconds(self) -> float: ...

    @property
    def history_before(self) -> datetime: ...

    @property
    def named(self) -> Callable[[str, Sequence[str]], list[Record]]: ...

    @property
    def redacted(self) -> RedactedOfShop: ...

    @property
    def shop_prices(self) -> AskShopPrices: ...

    @property
    def wish(self) -> Wish: ...

    def links(self, type: str) -> Links:
        """The links of this shop's records of one type."""
        ...

    def item_links(self) -> Links:
        """The links of this shop's variants."""
        ...
