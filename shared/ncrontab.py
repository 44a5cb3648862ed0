"""When a timer fires: NCRONTAB expressions with six fields, their next time and their meaning in words. Pure.

Rules: Microsoft Learn, "Timer trigger for Azure Functions" (NCRONTAB expressions):
`{second} {minute} {hour} {day} {month} {weekday}`, with `*`, lists, ranges, steps and English names; 0 is Sunday.
A day must fit *day and weekday*, unlike in Unix cron, where either is enough; that is why no cron package is used.
"""
from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.texts import Sentence, sentence

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_WEEKDAYS = {
    name: number
    for number, name in enumerate(("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"))
}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("second", 0, 59, {}),
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 6, _WEEKDAYS),
)
_PART = re.compile(r"(\*|[0-9]{1,4}|[a-z]+)(?:-([0-9]{1,4}|[a-z]+))?(?:/([0-9]{1,4}))?", re.ASCII | re.IGNORECASE)
# The longest way from one possible date to the next: a 29 February on one weekday, across a year like 2100.
_LOOK_AHEAD_DAYS = 366 * 41


class WrongSchedule(ValueError):
    """No schedule, and why."""


@dataclass(frozen=True)
class Schedule:
    """The values each field allows."""

    expression: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]


def parse_schedule(expression: str) -> Schedule:
    """Read an NCRONTAB expression. Raises WrongSchedule naming the field that is wrong."""
    fields = expression.split()
    if len(fields) == 5:
        # The NCRONTAB of the host takes five fields, too, and then adds second 0.
        fields = ["0", *fields]
    if len(fields) != 6:
        hint = " (a time span works in App Service plans only)" if ":" in expression else ""
        raise WrongSchedule(f"The schedule {expression!r} needs six fields, second first{hint}.")
    values = [_field(text, *field, expression) for text, field in zip(fields, _FIELDS, strict=True)]
    seconds, minutes, hours = (tuple(sorted(each)) for each in values[:3])
    return Schedule(expression, seconds, minutes, hours, *(frozenset(each) for each in values[3:]))


def next_occurrence(schedule: Schedule, after: datetime) -> datetime:
    """The first time strictly later than `after`; both UTC, whole seconds come back.

    Raises WrongSchedule when there is no such date, for example 30 February.
    """
    start = after.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
    day = start.replace(hour=0, minute=0, second=0)
    for _ in range(_LOOK_AHEAD_DAYS):
        if _fits(schedule, day):
            time = _first_time(schedule, start if day.date() == start.date() else day)
            if time is not None:
                return time
        day += timedelta(days=1)
    raise WrongSchedule(f"The schedule {schedule.expression!r} never fires: there is no such date.")


def in_words(schedule: Schedule) -> Sentence:
    """What people call it: every five minutes, every day at 02:00 UTC; what has no such name by its own fields."""
    whole_days = (len(schedule.days), len(schedule.months), len(schedule.weekdays)) == (31, 12, 7)
    if not whole_days or schedule.seconds != (0,):
        return sentence("at the times of {expression}", expression=schedule.expression)
    step = _step(schedule.minutes)
    if len(schedule.hours) == 24 and step == 1:
        return sentence("every minute")
    if len(schedule.hours) == 24 and step:
        return sentence("every {number} minutes", number=step)
    if len(schedule.hours) == 24 and len(schedule.minutes) == 1:
        return sentence("every hour, {number} minutes past", number=schedule.minutes[0])
    if len(schedule.hours) == len(schedule.minutes) == 1:
        return sentence("every day at {time} UTC", time=f"{schedule.hours[0]:02d}:{schedule.minutes[0]:02d}")
    return sentence("at the times of {expression}", expression=schedule.expression)


def _step(minutes: tuple[int, ...]) -> int:
    """The step that goes evenly through an hour from its beginning; 0 where there is none."""
    return next((step for step in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30) if minutes == tuple(range(0, 60, step))), 0)


def _fits(schedule: Schedule, day: datetime) -> bool:
    weekday = (day.weekday() + 1) % 7
    return day.month in schedule.months and day.day in schedule.days and weekday in schedule.weekdays


def _first_time(schedule: Schedule, earliest: datetime) -> datetime | None:
    """The first time on the day of `earliest` that is not before it."""
    floor = (earliest.hour, earliest.minute, earliest.second)
    for hour in (each for each in schedule.hours if each >= floor[0]):
        for minute in (each for each in schedule.minutes if (hour, each) >= floor[:2]):
            for second in schedule.seconds:
                if (hour, minute, second) >= floor:
                    return earliest.replace(hour=hour, minute=minute, second=second)
    return None


def _field(text: str, name: str, low: int, high: int, names: dict[str, int], expression: str) -> set[int]:
    allowed: set[int] = set()
    for part in text.split(","):
        found = _part(part, low, high, names)
        if not found:
            raise WrongSchedule(f"The schedule {expression!r}: {part!r} is not a {name} ({low} to {high}).")
        allowed |= found
    return allowed


def _part(part: str, low: int, high: int, names: dict[str, int]) -> set[int]:
    """`*`, `5`, `1-5`, each with an optional `/step`; the empty set when it is none of these."""
    shape = _PART.fullmatch(part)
    if shape is None:
        return set()
    first_text, last_text, step_text = shape.groups()
    step = int(step_text or 1)
    if first_text == "*":
        first, last = low, high
    else:
        first = _number(first_text, names)
        # `5/10` starts at 5 and goes on to the end of the field.
        last = _number(last_text, names) if last_text else high if step_text else first
    if step < 1 or not low <= first <= high or not low <= last <= high:
        return set()
    if first > last:
        first, last = last, first
    return set(range(first, last + 1, step))


def _number(text: str, names: dict[str, int]) -> int:
    if text.isdigit():
        return int(text)
    matches = [number for name, number in names.items() if len(text) >= 3 and name.startswith(text.lower())]
    return matches[0] if matches else -1
