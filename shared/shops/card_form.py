"""The shop card as a form of texts: the control of each field, what stands in it, and what was typed, read back.

Controls follow from the types of ShopCard, captions from card_fields.py: a new field needs no line here nor in a
template. The texts of a form are named by place: `tip_account`, `item_template.tax_group`, `vendor_items.0.vendor`. A
field of which nothing was sent keeps what it has. Border: pure; what a card must satisfy is in card_rules.py.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import Enum, StrEnum
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from shared.clock import from_iso, iso
from shared.shops.card import ShopCard
from shared.shops.card_fields import FROM, PARTS, TO, caption
from shared.shops.card_rules import Wrong, wrong
from shared.texts import Sentence, Text, sentence

ON, YES, NO = "on", "yes", "no"
_PLACE = re.compile(r"[0-9]{1,5}", re.ASCII)
"""The number of a row."""

MORE_ROWS = 4
"""Empty rows of a list for whoever asked for more of them; else one."""

Texts = Mapping[str, str]


class Kind(StrEnum):
    """How a value is entered. `lines`: a text of several lines, one value each."""

    SWITCH = "switch"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    TEXT = "text"
    LINES = "lines"
    TIME = "time"
    GROUP = "group"
    ROWS = "rows"


class Choice(NamedTuple):
    """One of several values; name: that of its box, where several may be chosen."""

    value: str
    caption: Sentence
    chosen: bool
    name: str = ""


class Control(NamedTuple):
    """What a value is entered with. parts: of a group; rows: of a list, each of them parts."""

    name: str
    kind: Kind
    caption: Sentence
    value: str = ""
    choices: Sequence[Choice] = ()
    parts: Sequence[Control] = ()
    rows: Sequence[Sequence[Control]] = ()


class Typed(NamedTuple):
    """A form that came back.

    texts    what stands in it, of fields that were not sent what the card has
    changes  field -> value, of the fields that are not as they were on the card
    wrong    what is no value of its field at all
    draft    the card with those of the changes that are values
    """

    texts: Texts
    changes: dict[str, Any]
    wrong: list[Wrong]
    draft: ShopCard


NOTHING = sentence("(empty)")


def type_of(field: str) -> inspect.Type:
    """The type of a field of the card."""
    return _parts_of(ShopCard)[field]


def texts_of(card: ShopCard) -> dict[str, str]:
    """The form of a card as it is stored."""
    return {name: text for field in ShopCard.__struct_fields__
            for name, text in _written(field, type_of(field), getattr(card, field))}


def times_in(texts: Texts) -> list[str]:
    """The fields of a form that hold a time, UTC, which people enter in their own zone."""
    return [name for name in texts if name in ShopCard.__struct_fields__ and _kind(type_of(name)) is Kind.TIME]


def control_of(field: str, texts: Texts, more: str = "") -> Control:
    """A field's control; `more` names the list that is to have more empty rows."""
    return _control(field, type_of(field), texts, caption(field), more)


def typed(card: ShopCard, sent: Texts) -> Typed:
    """What somebody typed over this card."""
    before = texts_of(card)
    fields = [field for field in ShopCard.__struct_fields__ if field != "code"]
    given = {field: dict(_under(field, sent)) or dict(_under(field, before)) for field in fields}
    texts = {"code": card.code} | {name: text for each in given.values() for name, text in each.items()}
    changes: dict[str, Any] = {}
    mistakes: list[Wrong] = []
    draft = card
    for field in fields:
        try:
            value = _read(field, type_of(field), texts)
            if value == _read(field, type_of(field), before):
                continue
            draft = _with(draft, field, value)
        except _Unreadable as unreadable:
            values: dict[str, Any] = {**unreadable.what.values}
            mistakes.append(wrong(unreadable.what.text, field, part=unreadable.part, **values))
        except msgspec.ValidationError:
            mistakes.append(wrong("choose a value of the list.", field))
        else:
            changes[field] = value
    return Typed(texts, changes, mistakes, draft)


def choices_of(type: type[Enum]) -> list[Sentence]:
    """What people read for each value of an enumeration of the card."""
    return [Sentence(one.value) if one.value else NOTHING for one in type]


def enumerations() -> Iterator[type[Enum]]:
    """Every enumeration that the card, or a part of it, holds."""
    for field in ShopCard.__struct_fields__:
        yield from _enumerations(type_of(field))


class _Unreadable(ValueError):
    """A text that is no value: what is wanted, and of which part."""

    def __init__(self, what: Sentence, part: Text = "") -> None:
        super().__init__(str(what))
        self.what, self.part = what, part


def told(control: Control) -> list[Text]:
    """What stands in a control, in short."""
    match control.kind:
        case Kind.SWITCH:
            return [sentence("On") if control.value == ON else sentence("Off")]
        case Kind.CHOICE | Kind.CHOICES:
            return [one.caption for one in control.choices if one.chosen]
        case Kind.GROUP:
            return [text for part in control.parts for text in told(part)]
        case Kind.ROWS:
            return [text for row in control.rows for part in row for text in told(part)]
        case _:
            return [control.value] if control.value else []


# Types


def _plain(type: inspect.Type) -> inspect.Type:
    return type.type if isinstance(type, inspect.Metadata) else type


@cache
def _parts_of(struct: type[msgspec.Struct]) -> dict[str, inspect.Type]:
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return {field.name: field.type for field in info.fields}


def _kind(type: inspect.Type) -> Kind:
    plain = _plain(type)
    if isinstance(type, inspect.Metadata) and (type.extra or {}).get("control") == "time":
        return Kind.TIME
    if isinstance(plain, inspect.VarTupleType):
        inner = _plain(plain.item_type)
        return {inspect.EnumType: Kind.CHOICES, inspect.StrType: Kind.LINES}.get(inner.__class__, Kind.ROWS)
    return {
        inspect.BoolType: Kind.SWITCH, inspect.EnumType: Kind.CHOICE, inspect.UnionType: Kind.CHOICE,
        inspect.IntType: Kind.NUMBER, inspect.DecimalType: Kind.NUMBER, inspect.StrType: Kind.TEXT,
        inspect.StructType: Kind.GROUP, inspect.DictType: Kind.ROWS,
    }[plain.__class__]


def _enumerations(type: inspect.Type) -> Iterator[type[Enum]]:
    plain = _plain(type)
    if isinstance(plain, inspect.EnumType):
        yield plain.cls
    elif isinstance(plain, inspect.VarTupleType):
        yield from _enumerations(plain.item_type)
    elif isinstance(plain, inspect.StructType):
        for part in plain.fields:
            yield from _enumerations(part.type)


def _enum(type: inspect.Type) -> type[Enum] | None:
    plain = _plain(type)
    return plain.cls if isinstance(plain, inspect.EnumType) else None


# A row is a group of parts; a mapping's row has two, which Shopify and Business Central call the same.


def _row_parts(type: inspect.Type) -> dict[str, tuple[inspect.Type, Sentence]]:
    plain = _plain(type)
    if isinstance(plain, inspect.DictType):
        return {"from": (plain.key_type, FROM), "to": (plain.value_type, TO)}
    inner = plain.item_type if isinstance(plain, inspect.VarTupleType) else plain
    assert isinstance(inner, inspect.StructType)
    return {part.name: (part.type, PARTS[part.name]) for part in inner.fields}


def _rows(type: inspect.Type, value: Any) -> list[dict[str, Any]]:
    if isinstance(_plain(type), inspect.DictType):
        return [{"from": name, "to": to} for name, to in value.items()]
    return [msgspec.structs.asdict(row) for row in value]


# Writing


def _written(name: str, type: inspect.Type, value: Any) -> Iterator[tuple[str, str]]:
    match _kind(type):
        case Kind.SWITCH:
            yield name, ON if value else ""
        case Kind.CHOICE:
            yield name, value.value if isinstance(value, Enum) else {True: YES, False: NO}.get(value, "")
        case Kind.CHOICES:
            yield from ((f"{name}.{one.value}", ON if one in value else "") for one in _several(type))
        case Kind.LINES:
            yield name, "\n".join(map(_one_line, value))
        case Kind.TIME:
            yield name, _in_utc(value)
        case Kind.GROUP:
            for part, (inner, _) in _row_parts(type).items():
                yield from _written(f"{name}.{part}", inner, getattr(value, part))
        case Kind.ROWS:
            for place, row in enumerate(_rows(type, value)):
                for part, (inner, _) in _row_parts(type).items():
                    yield from _written(f"{name}.{place}.{part}", inner, row[part])
        case Kind.NUMBER:
            yield name, str(value)
        case Kind.TEXT:
            yield name, _one_line(value)


def _one_line(text: str) -> str:
    """As a field of a browser holds it."""
    return " ".join(text.splitlines())


def _in_utc(text: str) -> str:
    try:
        return iso(from_iso(text)) if text else ""
    except (ValueError, OverflowError):
        return text


def _several(type: inspect.Type) -> list[Enum]:
    plain = _plain(type)
    return list(_enum(plain.item_type) or ()) if isinstance(plain, inspect.VarTupleType) else []


# Reading


def _under(name: str, texts: Texts) -> Iterator[tuple[str, str]]:
    return ((each, text) for each, text in texts.items() if each == name or each.startswith(f"{name}."))


def _read(name: str, type: inspect.Type, texts: Texts, named: Text = "") -> Any:
    """The value as JSON has it; _Unreadable."""
    text = texts.get(name, "")
    match _kind(type):
        case Kind.SWITCH:
            return text == ON
        case Kind.CHOICE:
            return text if _enum(type) else {YES: True, NO: False}.get(text)
        case Kind.CHOICES:
            return [one.value for one in _several(type) if texts.get(f"{name}.{one.value}") == ON]
        case Kind.LINES:
            return [line for line in text.splitlines() if line.strip()]
        case Kind.GROUP:
            return {part: _read(f"{name}.{part}", inner, texts, said)
                    for part, (inner, said) in _row_parts(type).items()}
        case Kind.ROWS:
            return _read_rows(name, type, texts)
        case Kind.NUMBER:
            return _number(text, type, named)
        case _:
            return text


def _read_rows(name: str, type: inspect.Type, texts: Texts) -> Any:
    rows = [{part: _read(f"{name}.{place}.{part}", inner, texts, said)
             for part, (inner, said) in _row_parts(type).items()}
            for place in _filled(name, type, texts)]
    if not isinstance(_plain(type), inspect.DictType):
        return rows
    mapping = {row["from"]: row["to"] for row in rows}
    if len(mapping) < len(rows):
        listed = [row["from"] for row in rows]
        twice = next(each for each in listed if listed.count(each) > 1)
        raise _Unreadable(sentence('"{name}" appears more than once.', name=twice))
    return mapping


def _number(text: str, type: inspect.Type, named: Text) -> int | str:
    """A comma is the point of many countries."""
    plain = text.strip().replace(",", ".", 1)
    try:
        return int(plain) if isinstance(_plain(type), inspect.IntType) else str(Decimal(plain))
    except (ValueError, InvalidOperation, OverflowError):
        raise _Unreadable(sentence("a number, not “{text}”.", text=text[:50]), named) from None


def _places(name: str, texts: Texts) -> list[int]:
    heads = {each[len(name) + 1:].partition(".")[0] for each, _ in _under(name, texts)}
    return sorted(int(head) for head in heads if _PLACE.fullmatch(head))


def _filled(name: str, type: inspect.Type, texts: Texts) -> list[int]:
    """The rows in which somebody has entered something."""
    empty, filled = dict(_empty_row(type)), set[int]()
    for each, text in _under(name, texts):
        place, _, part = each[len(name) + 1:].partition(".")
        if _PLACE.fullmatch(place) and text.strip() != empty.get(part, ""):
            filled.add(int(place))
    return sorted(filled)


def _empty_row(type: inspect.Type) -> Iterator[tuple[str, str]]:
    for part, (inner, _) in _row_parts(type).items():
        enum = _enum(inner)
        if enum:
            yield part, str(next(iter(enum)).value)


def _with(card: ShopCard, field: str, value: Any) -> ShopCard:
    return msgspec.convert(msgspec.to_builtins(card) | {field: value}, ShopCard)


# Controls


def _control(name: str, type: inspect.Type, texts: Texts, said: Sentence, more: str) -> Control:
    kind, value = _kind(type), texts.get(name, "")
    control = Control(name, kind, said, value)
    if kind is Kind.CHOICE:
        return control._replace(choices=_choices(type, value))
    if kind is Kind.CHOICES:
        return control._replace(choices=[
            Choice(ON, Sentence(one.value), texts.get(f"{name}.{one.value}") == ON, f"{name}.{one.value}")
            for one in _several(type)])
    if kind is Kind.GROUP:
        return control._replace(parts=_row(name, type, texts, more))
    if kind is Kind.ROWS:
        return control._replace(rows=_shown_rows(name, type, texts, more))
    return control


def _choices(type: inspect.Type, value: str) -> list[Choice]:
    enum = _enum(type)
    if enum:
        return [Choice(one.value, said, one.value == value)
                for one, said in zip(enum, choices_of(enum), strict=True)]
    said = ((sentence("(empty)"), ""), (sentence("Yes"), YES), (sentence("No"), NO))
    return [Choice(each, name, each == value) for name, each in said]


def _row(name: str, type: inspect.Type, texts: Texts, more: str) -> list[Control]:
    return [_control(f"{name}.{part}", inner, texts, said, more) for part, (inner, said) in _row_parts(type).items()]


def _shown_rows(name: str, type: inspect.Type, texts: Texts, more: str) -> list[list[Control]]:
    """Those that hold something, as they are numbered, and empty ones behind them."""
    filled = _filled(name, type, texts)
    first = max(_places(name, texts), default=-1) + 1
    empty = range(first, first + (MORE_ROWS if name == more else 1))
    return [_row(f"{name}.{place}", type, texts, more) for place in (*filled, *empty)]
