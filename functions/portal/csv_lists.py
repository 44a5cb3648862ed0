"""The columns of each list as a file. Border: columns; what a file looks like, csv_file.py says."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from functions.http import Call, Download
from functions.portal.csv_file import Cell as SpreadsheetCell
from functions.portal.csv_file import at, csv_file
from functions.portal.formats import Reader
from shared.admin.frame import frame
from shared.admin.lists import Cell, Listed
from shared.admin.skipped import SkippedView
from shared.journal.log_entries import LogEntry
from shared.record_names import several_called
from shared.texts import said, say


def skipped_records(records: Iterable[SkippedView], call: Call) -> Download:
    """Skipped records, with why and what to do."""
    reader, tongue = _reader(call), call.language
    head = [
        say("Shop", tongue), say("Type", tongue), say("Shopify id", tongue), say("Name", tongue), say("Code", tongue),
        say("Reason", tongue), say("Detail", tongue), say("What to do", tongue), say("Tries", tongue),
        _time(say("Since", tongue), reader), _time(say("Last try", tongue), reader),
        _time(say("Next try", tongue), reader), say("Dismissed by", tongue), say("Note", tongue),
    ]
    rows: Iterable[Sequence[SpreadsheetCell]] = ([
        one.shop, said(several_called(one.type), tongue), one.id, one.name, one.code, one.title, str(one.detail),
        one.fix, one.tries,
        at(one.first_at, reader), at(one.last_at, reader),
        "" if one.dismissed_at else at(one.next_try, reader), one.dismissed_by, one.note,
    ] for one in records)
    return csv_file("Skipped_records.csv", head, rows, reader)


def log_entries(entries: Iterable[LogEntry], call: Call) -> Download:
    """Log entries, without the bodies."""
    reader, tongue = _reader(call), call.language
    head = [
        _time(say("Time", tongue), reader), say("Shop", tongue), say("To", tongue), say("Method", tongue),
        say("Address", tongue), say("Status", tongue), say("Answer", tongue), say("Seconds", tongue),
        say("Points", tongue), say("Request id", tongue), say("Run", tongue), say("Log entry", tongue),
    ]
    rows = ([
        at(one.at, reader), one.shop, one.direction, one.method, one.url, one.status, one.description,
        Decimal(str(one.seconds)), None if one.actual_cost is None else Decimal(str(one.actual_cost)), one.request_id,
        one.run, one.id,
    ] for one in entries)
    return csv_file("Log_entries.csv", head, rows, reader)


def kept_records(type: str, records: Sequence[Listed], call: Call) -> Download:
    """What is kept in rows, all of it; the words of the head are those of the API."""
    reader = _reader(call)
    fields = records[0].cells if records else []
    head = ["id", *(_time(one.name, reader) if one.kind == "time" else one.name for one in fields), "currency"]
    rows = ([one.id, *(_cell(cell, reader) for cell in one.cells), _currency(one)] for one in records)
    return csv_file(f"{type.capitalize()}.csv", head, rows, reader)


def _cell(cell: Cell, reader: Reader) -> str | Decimal | None:
    if cell.kind == "time":
        return at(cell.value, reader)
    return Decimal(cell.value) if cell.kind == "amount" and cell.value else cell.value


def _currency(one: Listed) -> str:
    return next((cell.currency for cell in one.cells if cell.kind == "amount"), "")


def _reader(call: Call) -> Reader:
    zone = frame(call.connector).time_zone
    return Reader.of(call.language, call.request.headers.get("Accept-Language", ""), zone)


def _time(word: str, reader: Reader) -> str:
    """The head of a column of times: their zone by its name, since it changes with the season."""
    return f"{word}, {reader.zone}"
