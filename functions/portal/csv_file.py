"""Lists as CSV files for spreadsheets, in the reader's language: what is text stays text, whatever it begins with.

Source: RFC 4180; OWASP, "CSV Injection": a spreadsheet takes a cell that begins with one of these characters for a
formula; one that expects the other separator begins a cell within ours. A byte order mark tells it that the file is
UTF-8. Where numbers have a decimal comma the separator is a semicolon, as such a spreadsheet writes it.
"""
from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from babel.numbers import get_decimal_symbol

from functions.http import Download
from functions.portal.formats import Reader
from shared.clock import from_iso

Cell = str | int | Decimal | None
"""A number is a number; whatever else there is is text."""

_FORMULA = re.compile(r"""^(?=[\t\r\n])|(^|[,;\t\r\n]"*)(?=[=+\-@＝＋－＠])""")
"""Where a formula could begin: at the head of the text, and behind what any spreadsheet may split at."""


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], reader: Reader) -> Download:
    """The file, to be saved."""
    comma = get_decimal_symbol(reader.locale) == ","
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";" if comma else ",", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_text(cell, comma) for cell in row] for row in rows)
    return Download(name, b"\xef\xbb\xbf" + written.getvalue().encode("utf-8", "replace"), "text/csv")


def at(text: str, reader: Reader) -> str:
    """A time as spreadsheets read one, in the zone of the portal's times; "" for none."""
    return f"{from_iso(text).astimezone(reader.zone):%Y-%m-%d %H:%M:%S}" if text else ""


def _text(cell: Cell, comma: bool) -> str:
    if isinstance(cell, str):
        return _FORMULA.sub(r"\g<0>'", cell)
    text = "" if cell is None else str(cell)
    return text.replace(".", ",") if comma else text
