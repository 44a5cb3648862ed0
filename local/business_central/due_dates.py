"""When a document falls due: the date formula of its payment terms (`30D`, `CM`, `1M+CM`).

Rules: Microsoft Learn, "Entering dates and times" (date formulas): D days, W weeks, M months, CM end of month.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from .contract import Row
from .state import State

STEP = re.compile(r"\+?(C?)(-?\d*)([DWMY])")


def due_date(state: State, header: Row, date_property: str) -> str:
    """ISO date on which the document is to be paid; its own date without terms."""
    terms = state.row("paymentTerms", header["paymentTermsId"])
    day = date.fromisoformat(header[date_property])
    return after(day, terms["dueDateCalculation"] if terms else "").isoformat()


def after(day: date, formula: str) -> date:
    """Apply a date formula to a day."""
    for current, count, unit in STEP.findall(formula.upper().strip("<>")):
        if current:
            day = _months(day, 0, last=True) if unit == "M" else day.replace(month=12, day=31)
        elif unit in "DW":
            day += timedelta(days=int(count or 1) * (7 if unit == "W" else 1))
        else:
            day = _months(day, int(count or 1) * (12 if unit == "Y" else 1))
    return day


def _months(day: date, months: int, last: bool = False) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, length if last else min(day.day, length))
