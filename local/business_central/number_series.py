"""Number series: the next number of a document or master record, and whether numbers may be typed in.

Rules: Microsoft Learn, "Create number series"; the refusal texts are those of the No. Series module (codeunits 303 and
304). A series with an *Ending No.* gives no number beyond it, and one without *Default Nos.* gives none by itself.
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
        "next": int(first[-digits:]), "manual": manual, "default": True, "last": None,
    })  # fmt: skip


def next_number(state: State, code: str) -> str:
    """Take the next number."""
    series = _series(state, code)
    if not series["default"]:
        raise errors.dialog(
            "It is not possible to assign numbers automatically. If you want the program to assign numbers "
            "automatically, please activate Default Nos. in No. Series {code}.", code=code)  # fmt: skip
    if series["last"] is not None and series["next"] > series["last"]:
        raise errors.dialog("You cannot assign new numbers from the number series {code} on {date}.",
                            code=code, date=state.today())  # fmt: skip
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
