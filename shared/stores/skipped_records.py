"""Skipped records: what could not be applied, why, and when it is tried again.

Table SkippedRecords, partition = shop, key = `<type>|<id>`: one row a record however often it
fails. The wait before the next try doubles from five minutes to a day. A row disappears when its
record goes through. A dismissed one is neither tried nor listed until the record changes in Shopify.
An order that the shop card does not select has a row too, so that it can be told why: nothing is wrong
with it, and it is listed only when asked for.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from shared.clock import from_iso, iso
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.shopify_ids import id_in, id_of_key, key_behind, key_of
from shared.storage.account import Storage
from shared.storage.batches import BATCH_ROWS
from shared.storage.holding import ERASED, DataSubject, HandedOut, Holding, OfPerson, rows_of
from shared.storage.tables import Put, Row, RowChanged, Table
from shared.texts import Sentence, Text, sentence, shortened

TABLE = "SkippedRecords"
DISMISSED_BY = sentence("privacy request")
OURS = (DISMISSED_BY, ERASED)
"""Who dismissed a record that was erased, and with which note; rows have the English of it, as they have a person's."""

_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(days=1)
_LONGEST = 2000
_SCAN = 1000
"""Rows of one call of storage."""


class SkippedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One parked record; times are UTC, ISO 8601. `dismissed_at` is "" unless somebody dismissed it.

    name       what people call it: #1001, a product's title; "" of people, of what has none, and in rows of before
    detail     why, in English
    said       the same, to be said in another language; not of rows of earlier versions, and where nobody translates it
    next_try   "" = not by itself
    left_out   nothing is wrong: the shop card does not take it (mapping/orders_to_import.py, customers_to_import.py)
    retried_at, retried_by  when somebody last let it be tried again, alone or with all of its reason or its shop
    selection  by which choice of the card an order was left out; with another one it is decided again
    """

    shop: str
    type: str
    id: str
    name: str = ""
    code: str
    detail: str
    said: Sentence | msgspec.UnsetType = msgspec.UNSET
    tries: int
    first_at: str
    last_at: str
    next_try: str
    run: str = ""
    dismissed_at: str = ""
    dismissed_by: str = ""
    note: str = ""
    left_out: bool = False
    selection: str = ""
    retried_at: str = ""
    retried_by: str = ""

    @property
    def decided(self) -> Decided:
        """What somebody decided about it since it was last tried."""
        if self.dismissed_at:
            return Decided(self.dismissed_at, self.dismissed_by)
        waits = self.retried_at and from_iso(self.retried_at) >= from_iso(self.last_at)
        return Decided(self.retried_at, self.retried_by) if waits else Decided("", "")


class Decided(NamedTuple):
    """When (UTC, ISO 8601) and by whom a record was dismissed, or let be tried again; "" if nobody did either."""

    at: str
    by: str


class Wanted(NamedTuple):
    """Which records of a list are wanted; storage is asked for these alone. None and "" leave a question open."""

    dismissed: bool | None = False
    left_out: bool | None = False
    code: str = ""
    run: str = ""

    def question(self) -> str:
        """The terms for storage, each behind an "and"; their values are this value's own fields."""
        terms = ["" if self.dismissed is None else f"dismissed_at {'ne' if self.dismissed else 'eq'} ''",
                 "" if self.left_out is None else f"left_out eq {str(self.left_out).lower()}",
                 "code eq @code" if self.code else "", "run eq @run" if self.run else ""]
        return "".join(f" and {term}" for term in terms if term)


class Tally(NamedTuple):
    """What is counted of a record: its key, why it is skipped, and since when."""

    key: str
    code: str
    first_at: str


def next_try(tries: int, now: datetime) -> datetime:
    """When a record that failed `tries` times (1 or more) is due again."""
    doubled: timedelta = _FIRST_WAIT * 2 ** min(tries - 1, 20)
    return now + min(doubled, _LONGEST_WAIT)


def parked_again(
    before: SkippedRecord | None, *, shop: str, type: str, id: str, code: str, why: Text,
    now: datetime, run: str, due: datetime | None = None, name: str = "", began: datetime | None = None,
) -> SkippedRecord:
    """The row of a record that failed now, once more than `before` says; `due` other than by the number of tries.

    name   "" leaves it as it was known before
    began  when the try began: what somebody decided since stands, for he knew of the tries before it only
    """
    name, stands = name or (before.name if before else ""), _standing(before, began, now)
    before = None if before is None or before.left_out else before
    tries = before.tries + 1 if before else 1
    return SkippedRecord(
        shop=shop, type=type, id=id, name=name, code=code, **_worded(why), tries=tries,
        first_at=before.first_at if before else iso(now), last_at=iso(now), run=run,
        **{"next_try": iso(due or next_try(tries, now))} | stands,
    )


def left_out_again(
    before: SkippedRecord | None, *, shop: str, type: str, id: str, code: str, why: Text, selection: str,
    now: datetime, run: str, waits: bool, until: datetime | None = None, name: str = "", began: datetime | None = None,
) -> SkippedRecord:
    """The row of an order or a customer that the shop card does not take now, once more than `before` says.

    waits  it is held: due at `until`, or, where nobody knows that, after a wait that grows like that of a failure
    began  as for parked_again
    """
    name, stands = name or (before.name if before else ""), _standing(before, began, now)
    before = before if before is not None and before.left_out else None
    tries = before.tries + 1 if before else 1
    due = iso(until or next_try(tries, now)) if waits else ""
    return SkippedRecord(
        shop=shop, type=type, id=id, name=name, code=code, **_worded(why), tries=tries,
        first_at=before.first_at if before else iso(now), last_at=iso(now), run=run,
        left_out=True, selection=selection, **{"next_try": due} | stands,
    )


def _standing(before: SkippedRecord | None, began: datetime | None, now: datetime) -> dict[str, Any]:
    """The fields of what somebody decided that this try does not end: between its beginning and now."""
    if before is None:
        return {}
    names = ["retried_at", "retried_by"]
    if began is not None and iso(began) <= before.decided.at <= iso(now):
        names += ["dismissed_at", "dismissed_by", "note", "next_try"]
    return {name: getattr(before, name) for name in names}


def _worded(why: Text) -> dict[str, Any]:
    """In English and as key and values. What is cut off is cut off in both: an erasure reads the English alone."""
    if isinstance(why, str):
        return {"detail": why[:_LONGEST]}
    said = shortened(why, _LONGEST)
    return {"detail": str(said), "said": said}


Decision = Callable[[SkippedRecord], SkippedRecord | None]
"""What is made of a record as it stands; None: it stays so."""

Check = Callable[[SkippedRecord], None]
"""Raises where a record, as it stands, is not for this decision."""


def _whatever(record: SkippedRecord) -> None:
    """However it stands."""


class SkippedRecords:
    """The parked records of all shops."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, shop: str, type: str | None = None) -> Iterator[SkippedRecord]:
        """All of a shop, or of one of its types."""
        return map(_skipped, self._table.partition(shop, *_span(type)))

    def page(
        self, shop: str, type: str | None, after: str, limit: int, wanted: Wanted
    ) -> tuple[list[SkippedRecord], str]:
        """At most `limit` of those wanted behind the continuation `after`, and the next one, "" at the end.

        ConnectorError input-invalid for a continuation that is none.
        """
        first, last = _span(type)
        rows = self._rows(shop, (max(first, _behind(after) if after else ""), last), wanted, limit + 1)
        found = [_skipped(row) for row in rows]
        more = len(found) > limit
        return found[:limit], f"{found[limit - 1].type}:{found[limit - 1].id}" if more else ""

    def tally(self, shop: str, type: str | None, wanted: Wanted, most: int) -> tuple[list[Tally], bool]:
        """The first `most` of those wanted, as they are counted, and whether there are more."""
        rows = self._rows(shop, _span(type), wanted, most + 1, select=("RowKey", "code", "first_at"))
        return [Tally(row["RowKey"], row["code"], row["first_at"]) for row in rows[:most]], len(rows) > most

    def has(self, shop: str, code: str) -> bool:
        """Whether a record is skipped, dismissed or left out for this reason."""
        return bool(self._rows(shop, _span(None), Wanted(None, None, code), 1, select=("RowKey",)))

    def counted(self, shop: str, tallies: Sequence[Tally], wanted: Wanted) -> list[SkippedRecord]:
        """The records of these tallies: all from the first to the last of them that are wanted."""
        return list(map(_skipped, self._rows(shop, (tallies[0].key, tallies[-1].key), wanted, len(tallies))))

    def _rows(
        self, shop: str, span: tuple[str, str], wanted: Wanted, most: int, *, select: Sequence[str] | None = None
    ) -> list[Row]:
        """Their rows, in key order, from the first to the last of these keys."""
        values = {"p": shop, "a": span[0], "b": span[1], "code": wanted.code, "run": wanted.run}
        question = "PartitionKey eq @p and RowKey ge @a and RowKey le @b" + wanted.question()
        return self._table.first(most, question, values, select=select)

    def among(self, shop: str, type: str, ids: Sequence[str]) -> dict[str, SkippedRecord]:
        """The rows of these records, by id; of records that are not parked there is none.

        One call where few others are parked between them; else each of the rest is asked for.
        """
        wanted, scanned = sorted(set(ids), key=key_of), list[SkippedRecord]()
        if wanted:
            first, last = (_key(shop, type, id)["RowKey"] for id in (wanted[0], wanted[-1]))
            scanned = [_skipped(row) for row in islice(self._table.partition(shop, first, last), _SCAN)]
        beyond = [id for id in wanted if key_of(id) > key_of(scanned[-1].id)] if len(scanned) == _SCAN else []
        singly = [row for id in beyond if (row := self.get(shop, type, id))]
        found = {one.id: one for one in [*scanned, *singly]}
        return {id: found[id] for id in wanted if id in found}

    def park(self, records: Iterable[SkippedRecord]) -> None:
        """Write the rows, all of one shop."""
        self._table.write(Put("put", _row(record)) for record in records)

    def get(self, shop: str, type: str, id: str) -> SkippedRecord | None:
        """The record's row, or None if it is not parked."""
        key = _key(shop, type, id)
        row = self._table.get(key["PartitionKey"], key["RowKey"])
        return _skipped(row) if row else None

    def make_due(
        self, shop: str, type: str, id: str, now: datetime, *, by: str = "", check: Check = _whatever,
    ) -> SkippedRecord | None:
        """Let the record be tried in the next run, also a dismissed one; as `_decide`."""
        return self._decide(_key(shop, type, id), lambda record: _due(record, now, by), check)

    def make_all_due(self, shop: str, now: datetime, *, by: str = "", code: str = "", type: str = "") -> int:
        """Let all parked records be tried, or those of one code or type; dismissed ones stay, and so do orders that the
        shop card leaves out, unless their code is given. How many."""

        def due(record: SkippedRecord) -> SkippedRecord | None:
            meant = not record.dismissed_at and code in ("" if not record.left_out else record.code, record.code)
            return _due(record, now, by) if meant else None

        found = ((row["etag"], due(_skipped(row))) for row in self._table.partition(shop, *_span(type or None)))
        puts = [Put("replace", _row(one), etag) for etag, one in found if one is not None]
        return sum(self._decide_together(puts[start : start + BATCH_ROWS], due)
                   for start in range(0, len(puts), BATCH_ROWS))

    def dismiss(
        self, shop: str, type: str, id: str, *, note: str, by: str, now: datetime, check: Check = _whatever,
    ) -> SkippedRecord | None:
        """Leave the record alone until it changes in Shopify; as `_decide`."""
        return self._decide(_key(shop, type, id), lambda record: msgspec.structs.replace(
            record, dismissed_at=iso(now), dismissed_by=by, note=note), check)

    def _decide_together(self, puts: Sequence[Put], decide: Decision) -> int:
        """Write these decisions; each anew where a record is not as it was read. How many."""
        try:
            return len(self._table.write(puts))
        except RowChanged:
            return sum(self._decide(put.row, decide) is not None for put in puts)

    def _decide(self, key: Row, decide: Decision, check: Check = _whatever) -> SkippedRecord | None:
        """Write what somebody decides about the record as it stands, and anew where somebody else was quicker.

        The record as it stood; None, and nothing written, if it is not parked or `decide` leaves it as it is. Whatever
        `check` raises of the record as it stands ends it.
        """
        while row := self._table.get(key["PartitionKey"], key["RowKey"]):
            record = _skipped(row)
            check(record)
            decided = decide(record)
            if decided is None:
                return None
            with suppress(RowChanged):
                self._table.replace(_row(decided), row["etag"])
                return record
        return None

    def blot(self, records: Iterable[SkippedRecord], blotted: Decision) -> None:
        """Write anew, without what is to be erased, what these records say by now."""
        for one in records:
            self._decide(_key(one.shop, one.type, one.id), blotted)

    def clear(self, shop: str, type: str, ids: list[str]) -> None:
        """The records went through: their rows go."""
        self._table.write(Put("delete", _key(shop, type, id)) for id in ids)


def is_due(record: SkippedRecord, now: datetime) -> bool:
    """Whether its next try has come; never for a dismissed one."""
    return not record.dismissed_at and record.next_try != "" and from_iso(record.next_try) <= now


def is_decided_otherwise(record: SkippedRecord, selection: str) -> bool:
    """Whether the order was left out by another choice of the card than this one."""
    return record.left_out and not record.dismissed_at and record.selection != selection


def _due(record: SkippedRecord, now: datetime, by: str) -> SkippedRecord:
    at = iso(now)
    return msgspec.structs.replace(
        record, next_try=at, retried_at=at, retried_by=by, dismissed_at="", dismissed_by="", note="")


def _row(record: SkippedRecord) -> Row:
    fields: Row = msgspec.to_builtins(record)
    del fields["shop"], fields["type"], fields["id"]
    fields["said"] = "" if record.said is msgspec.UNSET else msgspec.json.encode(record.said).decode()
    return _key(record.shop, record.type, record.id) | fields


def _key(shop: str, type: str, id: str) -> Row:
    return {"PartitionKey": shop, "RowKey": f"{type}|{key_of(id)}"}


def _span(type: str | None) -> tuple[str, str]:
    """The first and the last key of a type, or (None) of all."""
    return ("", "\uffff") if type is None else (f"{type}|", f"{type}|~")


def _behind(continuation: str) -> str:
    """The first key behind the record that a continuation names."""
    type, _, id = continuation.partition(":")
    if not (re.fullmatch(r"[a-z_]{1,40}", type) and id_in(id)):
        raise ConnectorError("input-invalid", sentence(
            "{continuation} is not the continuation of a list", continuation=repr(continuation[:60])))
    return f"{type}|{key_behind(id)}"


def _skipped(row: Row) -> SkippedRecord:
    type, _, key = row["RowKey"].partition("|")
    kept = {name: value for name, value in row.items() if name != "said"}
    said = {"said": decoded(row["said"])} if row.get("said") else {}
    return msgspec.convert(
        {**kept, **said, "shop": row["PartitionKey"], "type": type, "id": id_of_key(key)}, SkippedRecord)


def _erase(storage: Storage, whom: DataSubject) -> int:
    """The person's own row goes; one of the person's orders is dismissed, else its retry would read it all again.

    A sentence about something else that names the person loses its words.
    """
    skipped = SkippedRecords(storage.tables[TABLE])
    found = [one for one in skipped.of(whom.shop)
             if _is_of(one, whom) or any(map(whom.is_named_in, (one.name, one.detail, one.note)))]
    own = [one.id for one in found if one.type == "customers" and _is_of(one, whom)]
    told = [blotted for one in found if one.type != "customers" or not _is_of(one, whom)
            if (blotted := _blotted(one, whom)) != one]
    skipped.clear(whom.shop, "customers", own)
    skipped.blot(told, lambda one: _blotted(one, whom))
    return len(own) + len(told)


def _blotted(one: SkippedRecord, whom: DataSubject) -> SkippedRecord:
    if not _is_of(one, whom):
        name = "" if whom.is_named_in(one.name) else one.name
        return msgspec.structs.replace(one, **_worded(ERASED), name=name, note=str(ERASED) if one.note else "")
    return msgspec.structs.replace(
        one, **_worded(ERASED), name="", note=str(ERASED), dismissed_at=one.dismissed_at or whom.at,
        dismissed_by=one.dismissed_by or str(DISMISSED_BY),
    )


def _is_of(one: SkippedRecord, whom: DataSubject) -> bool:
    return (one.type, one.id) in whom.records


def _handed_out(storage: Storage, whom: DataSubject) -> list[SkippedRecord]:
    """In English only. The sentence about an order that was another customer's as well may name him."""
    found = [one for one in SkippedRecords(storage.tables[TABLE]).of(whom.shop) if _is_of(one, whom)]
    return [
        msgspec.structs.replace(
            one, said=msgspec.UNSET, detail="" if one.type == "orders" and one.id in whom.moved else one.detail)
        for one in found
    ]


HOLDING = Holding(
    "skipped records", (TABLE,), of_shop=rows_of(TABLE),
    of_person=OfPerson(_erase, HandedOut("skipped_records", _handed_out)),
)
