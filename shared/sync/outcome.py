"""What became of one record: the result, the link to keep, and why if it was parked."""
from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, TypeVar

from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused
from shared.mapping.orders_to_import import NotSelected
from shared.shopify.reading import Record
from shared.stores.links import Link, LinkState

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Result(StrEnum):
    """The column of the run's table that a record counts in; parked ones count as skipped too."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left out"
    PARKED = "parked"


class Outcome(NamedTuple):
    """`saved` says that the link is in storage already, `warning` what somebody should know though it was applied,
    `not_selected` why the shop card left a record out, `notice` what of it was left away because it does not fit,
    `why` the sentence to a record that nothing was sent for, `numbers` what else it is called in Business Central."""

    link: Link
    result: Result
    problem: ConnectorError | None = None
    saved: bool = False
    warning: str = ""
    not_selected: NotSelected | None = None
    notice: str = ""
    why: str = ""
    numbers: tuple[str, ...] = ()


def attempt(record: str, work: Callable[[], T]) -> T | ConnectorError:
    """`work()`, or the reason why this one record has to be parked.

    Problems that concern more than the record (sign-in, services down, lost lease) are raised.
    A failure that nobody foresaw parks the record too: one bad record must never stop a shop.
    """
    try:
        return work()
    except (RecordRefused, OutcomeUnknown) as problem:
        return problem
    except ConnectorError:
        raise
    except Exception as error:
        _log.exception("%s failed", record)
        return RecordRefused("internal-error", f"{record}: {type(error).__name__}: {error}", record=record)


def unreadable(kind: str, record: Record) -> RecordRefused:
    """Why a record without a value is parked."""
    name = f"{kind} {record.id}"
    return RecordRefused("record-unreadable", f"{name}: {record.problem}", record=name)


def parked(link: Link, problem: ConnectorError) -> Outcome:
    """The record is parked; what it was linked to stays known."""
    state = link.state if link.state in (LinkState.APPLIED, LinkState.SENDING) else LinkState.PARKED
    return Outcome(link.with_(state=state, plan=""), Result.PARKED, problem)
