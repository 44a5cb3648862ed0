"""Number series: the next number of a document or master record, and whether numbers may be typed in.

Rules: Microsoft Learn, "Create number series"; the refusal text is that of the No. Series module.
A series is a row of the hidden table `numberSeries`, so a rolled-back transaction gives its numbers back
(the *Normal* implementation; with gaps allowed BC would not).
"""

from __future__ import annotations

from . import errors
from .contract import Row
from .state import State

TABLE = "numberSeries"


def define(state: State, code: str, first: str, *, manual: bool = False) -> None:
    """Set up a series: `first` is its first number, for example `SO100001`."""
    digits = len(first) - len(first.rstrip("0123456789"))
    state.insert(TABLE, {
        "id": code, "code": code, "prefix": first[:-digits], "digits": digits,
        "next": int(first[-digits:]), "manual": manual,
    })  # fmt: skip


def next_number(state: State, code: str) -> str:
    """Take the next number."""
    series = _series(state, code)
    state.replace(TABLE, {**series, "next": series["next"] + 1})
    return f"{series['prefix']}{series['next']:0{series['digits']}d}"


def chosen_number(state: State, code: str, wanted: str) -> str:
    """The number asked for, if the series allows manual numbers, else the next one."""
    if not wanted:
        return next_number(state, code)
    if not _series(state, code)["manual"]:
        raise errors.dialog(
            "You may not enter numbers manually. If you want to enter numbers manually, please activate Manual "
            "Nos. in No. Series {code}.", code=code)  # fmt: skip
    return wanted


def _series(state: State, code: str) -> Row:
    series = state.row(TABLE, code)
    if series is None:
        raise errors.setup_missing("No. Series", f"Code='{code}'")
    return series
