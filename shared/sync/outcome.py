"""What became of one record: the result, the link to keep, and why if it was parked."""
from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, TypeVar

from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused
from shared.mapping.orders_to_import import NotSelected
from shared.record_names import one_called
from shared.shopify.reading import Record
from shared.stores.links import Link, LinkState
from shared.texts import NOTHING, Sentence, Text, sentence

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
    """`warning` says what somebody should know though it was applied, `not_selected` why the shop card left a record
    out, `notice` what of it was left away because it does not fit, `why` why nothing was sent, `numbers` what else it
    is called in Business Central."""

    link: Link
    result: Result
    problem: ConnectorError | None = None
    warning: Sentence | None = None
    not_selected: NotSelected | None = None
    notice: Sentence | None = None
    why: Sentence = NOTHING
    numbers: tuple[str, ...] = ()


def attempt(record: Text, work: Callable[[], T]) -> T | ConnectorError:
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
        return RecordRefused("internal-error", unforeseen(record, error), record=record)


def unforeseen(record: Text, error: Exception) -> Sentence:
    """What nobody foresaw, in the words of the program."""
    return sentence("{record}: {error}", record=record, error=f"{type(error).__name__}: {error}")


def unreadable(type: str, record: Record) -> RecordRefused:
    """Why a record without a value is parked."""
    name = one_called(type, record.id)
    return RecordRefused("record-unreadable", sentence(
        "{record}: {reason}", record=name, reason=record.problem), record=name)


def parked(link: Link, problem: ConnectorError) -> Outcome:
    """The record is parked; what it was linked to stays known."""
    state = link.state if link.state in (LinkState.APPLIED, LinkState.SENDING) else LinkState.PARKED
    return Outcome(link.with_(state=state, plan=""), Result.PARKED, problem)
