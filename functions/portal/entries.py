"""Numbers, days and times as somebody typed them into a page's form; what is none is told beside its field.

A page shows its form again with `wrong`, and asks nothing; a file, which has no field, is refused with the first of it.
"""
from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from shared import admin
from shared.errors import ConnectorError
from shared.texts import Sentence, sentence

if TYPE_CHECKING:
    from shared.connector import Connector


class Entries:
    """What was read of a form so far. wrong: what a field holds that it cannot, by the name of the field."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self.wrong: dict[str, Sentence] = {}

    def number(self, name: str, text: str, least: int, most: int) -> int | None:
        """A whole number between the two; None for "", and for what is none."""
        typed = text.strip()
        if typed and not (re.fullmatch("[0-9]{1,9}", typed, re.ASCII) and least <= int(typed) <= most):
            self.wrong[name] = sentence("Enter a whole number from {least} to {most}.", least=least, most=most)
        return None if name in self.wrong or not typed else int(typed)

    def moment(self, name: str, text: str) -> datetime | None:
        """A moment, in the zone of the portal's times; None for "", and for what is none."""
        try:
            return admin.frame.moment_of(self._connector, text)
        except ConnectorError as problem:
            self.wrong[name] = problem.sentence
            return None

    def day(self, name: str, text: str) -> date | None:
        """A day; None for "", and for what is none."""
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.wrong[name] = sentence("{text} is not a day, written as 2026-03-10", text=repr(text[:50]))
            return None

    def check(self) -> None:
        """ConnectorError input-invalid with the first that is wrong."""
        for name, why in self.wrong.items():
            raise ConnectorError("input-invalid", sentence("{name}: {reason}", name=name, reason=why))
