"""What applying one record would do in Business Central, as data; nothing is written anywhere.

It shows the decision that a run would carry out (decision.py), and of changes what Business Central's values differ
in. What only the answer to a write tells is not foreseen: a rounding line, another tax, a refusal by Business Central.
Border: reads links and Business Central, never Shopify.
"""
from __future__ import annotations

from typing import Any

import msgspec

from shared.business_central import operations
from shared.business_central.wire import encode
from shared.errors import ConnectorError
from shared.record_names import one_called
from shared.shopify.reading import Record
from shared.stores.links import Link
from shared.sync.decision import RESULT, Decision, Surroundings, refuse
from shared.sync.outcome import Result, attempt, unreadable
from shared.sync.page import LEFT_ALONE, left_alone
from shared.sync.record_type import RecordType
from shared.sync.restoring import checked
from shared.texts import NOTHING, Sentence


class Operation(msgspec.Struct, frozen=True):
    """One write: `path` is relative to the company (of API v2.0, or of the web services), `body` the JSON sent."""

    method: str
    path: str
    body: msgspec.Raw


class Refusal(msgspec.Struct, frozen=True):
    """Why something of the record cannot be applied."""

    code: str
    detail: Sentence


class DryRun(msgspec.Struct, frozen=True):
    """The operations, what would be parked and why, and why nothing is to do where that is so.

    result  what a replay would answer: created, updated, unchanged, skipped or parked
    """

    result: str
    operations: list[Operation] = []
    refused: list[Refusal] = []
    note: Sentence = NOTHING


def dry_run(one: RecordType, record: Record, around: Surroundings) -> DryRun:
    """What would happen if `record` arrived now; raises only what concerns more than this record."""
    stored = around.links(one.name).of([record.id])
    if left_alone(one, record, stored, around):
        return DryRun(result_of(Result.LEFT_OUT), note=LEFT_ALONE)
    links = checked(one, [record], stored, around)
    return _shown(_decided(one, record, links.get(record.id, Link(id=record.id)), around), around)


def result_of(result: Result) -> str:
    """What a replay calls this result."""
    return "skipped" if result is Result.LEFT_OUT else result.value


def _decided(one: RecordType, record: Record, link: Link, around: Surroundings) -> Decision[Any]:
    if record.value is None:
        return refuse(link, unreadable(one.name, record))
    decision = attempt(one_called(one.name, record.id), lambda: one.decided(record, link, around))
    return refuse(link, decision) if isinstance(decision, ConnectorError) else decision


def _shown(decision: Decision[Any], around: Surroundings) -> DryRun:
    sent: list[Operation] = []
    problems = list(decision.problems) if RESULT[decision.what] is Result.PARKED else []
    for one in operations.as_sent(around.bc, decision.operations, around.card.item_card_service):
        if isinstance(one, ConnectorError):
            problems.append(one)
        else:
            sent.append(Operation(one.method, one.path, msgspec.Raw(encode(one.body))))
    result = Result.PARKED if problems else RESULT[decision.what]
    if result is Result.UPDATED and not sent:
        result = Result.UNCHANGED
    return DryRun(
        result_of(result), sent, [Refusal(problem.code, problem.sentence) for problem in problems],
        note=NOTHING if sent or problems else decision.why)
