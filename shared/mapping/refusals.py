"""Refusals that several plans share: every reason at once, and a number that is another's."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from shared.errors import RecordRefused
from shared.texts import Text, sentence, together

Result = TypeVar("Result")


def all_or_refusal(steps: Iterable[Callable[[], Result]], *, record: Text) -> list[Result]:
    """The results of all steps; if any refuse, one RecordRefused with the first code and every sentence.

    An operator who mends one thing should not meet the next one after it.
    """
    results: list[Result] = []
    refusals: list[RecordRefused] = []
    for step in steps:
        try:
            results.append(step())
        except RecordRefused as refused:
            refusals.append(refused)
    if refusals:
        sentences = {refused.detail: refused.sentence for refused in refusals}
        raise RecordRefused(refusals[0].code, together(sentences.values()), record=record)
    return results


def number_taken(row: Text, record: Text, details: Text) -> RecordRefused:
    """Business Central has a row with the number the record is to get, and nothing else says that it is its own."""
    return RecordRefused(
        "number-taken",
        sentence("{row} is in Business Central already, and its {details} do not say that it is Shopify's {record}.",
                 row=row, details=details, record=record),
        record=record,
    )
