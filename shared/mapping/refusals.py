"""Every reason at once: an operator who mends one thing should not meet the next one after it."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from shared.errors import RecordRefused

Result = TypeVar("Result")


def all_or_refusal(steps: Iterable[Callable[[], Result]], *, record: str) -> list[Result]:
    """The results of all steps; if any refuse, one RecordRefused with the first code and every sentence."""
    results: list[Result] = []
    refusals: list[RecordRefused] = []
    for step in steps:
        try:
            results.append(step())
        except RecordRefused as refused:
            refusals.append(refused)
    if refusals:
        sentences = dict.fromkeys(refused.detail for refused in refusals)
        raise RecordRefused(refusals[0].code, " ".join(sentences), record=record)
    return results
