"""Times, numbers and amounts in the reader's form: language and region of the browser, times with their zone.

Source: Unicode CLDR by way of Babel. A time is a `time` element that holds the exact moment too; how long ago it was is
for somebody who reads it now, so it stands beside, never instead.
"""
from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from shared.clock import from_iso
from shared.languages import ENGLISH

_OF_A_COMPANY = re.compile(r"^.*/companies\([0-9a-fA-F-]{36}\)/")
_ENGLISH_OF_W1 = "en_GB"
"""Whose dates Business Central's W1 has; for whoever says no region."""


class Reader(NamedTuple):
    """How somebody reads dates and numbers."""

    locale: Locale
    zone: tzinfo

    @classmethod
    def of(cls, language: str, accepts: str, zone: str) -> Reader:
        """By the language that was chosen, the browser's Accept-Language, and the shops' time zone."""
        return cls(_locale(language, accepts), _zone(zone))

    def zone_at(self, moment: datetime) -> str:
        """CET, or what the zone is called then."""
        return moment.astimezone(self.zone).tzname() or "UTC"


def _locale(language: str, accepts: str) -> Locale:
    """The first of the browser's that is of this language, with its region."""
    for tag in (part.split(";")[0].strip() for part in accepts.split(",")):
        if tag.lower().startswith(f"{language}-"):
            try:
                return Locale.parse(tag, sep="-")
            except (ValueError, UnknownLocaleError):
                continue
    return Locale.parse(_ENGLISH_OF_W1 if language == ENGLISH else language)


def name_of(language: str) -> str:
    """What a language is called by those who read it: Français."""
    return str(Locale.parse(language).language_name).capitalize()


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@pass_context
def when(context: Context, text: str | None, whole: bool = False) -> Markup | str:
    """28 Nov 2026, 02:14 CET, of today 02:14 CET; whole: with the day and seconds in any case. A dash for no time."""
    if not text:
        return "–"
    reader, moment = _reader(context), from_iso(text)
    here = moment.astimezone(reader.zone)
    day = "" if not whole and _is_today(context, here) else f"{format_date(here, 'medium', locale=reader.locale)}, "
    return _time(text, f"{day}{_clock(here, reader, whole)} {reader.zone_at(moment)}")


@pass_context
def when_short(context: Context, text: str | None) -> Markup | str:
    """As `when`, without the zone, which stands in the column's head."""
    if not text:
        return "–"
    reader = _reader(context)
    here = from_iso(text).astimezone(reader.zone)
    day = "" if _is_today(context, here) else f"{format_date(here, 'short', locale=reader.locale)} "
    return _time(text, f"{day}{_clock(here, reader, False)}", reader.zone_at(here))


@pass_context
def when_exact(context: Context, text: str) -> Markup | str:
    """28/11/2026 02:14:08.310, of today the clock alone: for a column whose head says the zone."""
    reader = _reader(context)
    here = from_iso(text).astimezone(reader.zone)
    day = "" if _is_today(context, here) else f"{format_date(here, 'short', locale=reader.locale)} "
    return _time(text, f"{day}{here:%H:%M:%S}.{here.microsecond // 1000:03d}", reader.zone_at(here))


@pass_context
def when_told(context: Context, text: object) -> Markup | str:
    """As `when`; what is no time as it is."""
    try:
        return when(context, str(text))
    except (ValueError, OverflowError):
        return str(text)


@pass_context
def clock(context: Context, text: str) -> Markup | str:
    """02:14, for hours that follow each other."""
    reader = _reader(context)
    return _time(text, _clock(from_iso(text).astimezone(reader.zone), reader, False))


@pass_context
def moment(context: Context, text: str) -> str:
    """The same, whole and as plain text: for an option of a field."""
    reader, here = _reader(context), from_iso(text).astimezone(_reader(context).zone)
    day, clock = format_date(here, "medium", locale=reader.locale), _clock(here, reader, True)
    return f"{day}, {clock} {reader.zone_at(here)}"


@pass_context
def entered(context: Context, text: str) -> str:
    """A time as a field for a time holds it, in the zone of the page; what is no time as it is."""
    try:
        return from_iso(text).astimezone(_reader(context).zone).strftime("%Y-%m-%dT%H:%M:%S") if text else ""
    except (ValueError, OverflowError):
        return text


@pass_context
def ago(context: Context, text: str) -> str:
    """3 min ago."""
    passed = max(from_iso(context["frame"].now) - from_iso(text), timedelta(seconds=1))
    return str(format_timedelta(-passed, add_direction=True, format="short", locale=_reader(context).locale))


@pass_context
def number(context: Context, value: float | int | Decimal | None) -> str:
    """12,345.6; a dash for none."""
    return "–" if value is None else str(format_decimal(value, locale=_reader(context).locale))


@pass_context
def whole(context: Context, value: float | None) -> str:
    """12,346; a dash for none."""
    return number(context, None if value is None else round(value))


@pass_context
def amount(context: Context, value: str | Decimal, currency: str) -> str:
    """1,234.50 in its currency."""
    return str(format_currency(Decimal(value), currency, locale=_reader(context).locale))


@pass_context
def amount_or_decimal(context: Context, value: str, currency: str) -> str:
    """1,234.50 in its currency; without one the number alone, with its decimals."""
    return amount(context, value, currency) if currency else decimal(context, value)


@pass_context
def decimal(context: Context, value: str) -> str:
    """1,234.50, with the decimals that it came with; what is no number as it is."""
    try:
        return str(format_decimal(Decimal(value), decimal_quantization=False, locale=_reader(context).locale))
    except InvalidOperation:
        return value


@pass_context
def day_of(context: Context, text: str) -> str:
    """10 Mar 2026, of a day written 2026-03-10; a dash for none."""
    try:
        return format_date(date.fromisoformat(text), "medium", locale=_reader(context).locale) if text else "–"
    except ValueError:
        return text


@pass_context
def duration(context: Context, seconds: float) -> str:
    """184 ms, 12.4 s, 3 min."""
    locale = _reader(context).locale
    if seconds < 1:
        return f"{format_decimal(round(seconds * 1000), locale=locale)} ms"
    if seconds < 120:
        return f"{format_decimal(round(seconds, 1), locale=locale)} s"
    return str(format_timedelta(timedelta(seconds=seconds), threshold=1.5, format="short", locale=locale))


@pass_context
def zone(context: Context, word: str) -> Markup:
    """The head of a column of times, with their zone: Orders, CET."""
    return Markup("{}, {}").format(word, _reader(context).zone_at(from_iso(context["frame"].now)))


def _reader(context: Context) -> Reader:
    reader: Reader = context["reader"]
    return reader


def _is_today(context: Context, here: datetime) -> bool:
    now: str = context["frame"].now
    return bool(now) and from_iso(now).astimezone(here.tzinfo).date() == here.date()


def _clock(here: datetime, reader: Reader, seconds: bool) -> str:
    return str(format_time(here, "medium" if seconds else "short", locale=reader.locale))


def _time(text: str, shown: str, zone: str = "") -> Markup:
    """zone: what a column's head says, for where a table has no heads."""
    said = Markup(' data-zone="{}"').format(zone) if zone else ""
    return Markup('<time datetime="{}"{}>{}</time>').format(text, said, shown)


def path(url: str) -> str:
    """An address without what is the same in every row, the host and the company of Business Central; blanks as blanks.

    What is no address as it is.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = _OF_A_COMPANY.sub("…/", parts.path)
    return (path + (f"?{parts.query}" if parts.query else "")).replace("%20", " ")


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


FILTERS: dict[str, Any] = {
    "when": when, "when_short": when_short, "when_exact": when_exact,
    "when_told": when_told, "ago": ago, "moment": moment, "clock": clock,
    "entered": entered, "number": number, "whole": whole, "amount": amount, "duration": duration, "zone": zone,
    "path": path, "capital": capital, "amount_or_decimal": amount_or_decimal, "decimal": decimal, "day_of": day_of,
}
