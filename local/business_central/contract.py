"""The contract of API v2.0: entity sets, their properties, types and lengths, as data.

Source: contract.json, trimmed from the AL page sources of microsoft/BCApps (the commit stands in the file).
There is no downloadable OpenAPI document for v2.0; the sources are the closest public thing to `$metadata`.
Border: knows names and types only. What a value *means* (does this customer exist?) is for the entity modules.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from . import errors

BLANK_GUID = "00000000-0000-0000-0000-000000000000"
BLANK_DATE = "0001-01-01"
BLANK_DATETIME = "0001-01-01T00:00:00Z"

Row = dict[str, Any]

BLANKS: dict[str, Any] = {
    "string": "", "code": "", "guid": BLANK_GUID, "decimal": Decimal(0), "boolean": False,
    "date": BLANK_DATE, "datetime": BLANK_DATETIME, "integer": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Property:
    """One property of an entity; `caption` is the table field behind it, used in error messages."""

    name: str
    type: str
    caption: str
    max_length: int = 0
    read_only: bool = False
    required: bool = False
    minimum: Decimal | None = None
    relation: str = ""
    wires: dict[str, str] = field(default_factory=dict)

    @property
    def blank(self) -> Any:
        """The value of a property nobody has set: the first option of an enum, else the type's blank."""
        return next(iter(self.wires.values()), "") if self.type == "enum" else BLANKS[self.type]


@dataclass(frozen=True)
class Navigation:
    """A way from one entity to others: rows of `target` whose `theirs` equals our `ours`."""

    name: str
    target: str
    collection: bool
    theirs: str
    ours: str


@dataclass(frozen=True)
class EntitySet:
    """One entity set: what may be done to it and what its rows hold."""

    name: str
    entity: str
    table: str
    insert: bool
    modify: bool
    delete: bool
    actions: dict[str, str]
    properties: dict[str, Property]
    parts: dict[str, Navigation]
    blanks: Row

    def new_row(self) -> Row:
        """A row with every property blank."""
        return dict(self.blanks)


def _property(name: str, raw: Row) -> Property:
    return Property(
        name=name, type=raw["type"], caption=raw["caption"], max_length=raw.get("maxLength", 0),
        read_only=raw.get("readOnly", False), required=raw.get("required", False),
        minimum=Decimal(raw["min"]) if "min" in raw else None, relation=raw.get("relation", ""),
        wires=dict(raw.get("options", [])),
    )  # fmt: skip


def _entity_set(name: str, raw: Row) -> EntitySet:
    properties = {n: _property(n, p) for n, p in raw["fields"].items()}
    return EntitySet(
        name=name, entity=raw["entity"], table=raw["table"],
        insert=raw["insert"], modify=raw["modify"], delete=raw["delete"],
        # Action names are case-insensitive on the wire: any casing runs for real.
        actions={action.lower(): action for action in raw["actions"]},
        properties=properties,
        parts={n: Navigation(n, p["set"], p["collection"], *p["on"]) for n, p in raw["parts"].items()},
        blanks={n: p.blank for n, p in properties.items()},
    )  # fmt: skip


def load() -> dict[str, EntitySet]:
    """Read contract.json; returns the entity sets by name."""
    text = Path(__file__).with_name("contract.json").read_text(encoding="utf-8")
    return {name: _entity_set(name, raw) for name, raw in json.loads(text)["entitySets"].items()}


CONTRACT = load()


def check_value(entity: EntitySet, prop: Property, value: Any) -> Any:
    """Bring one JSON value to the stored form of its property.

    Raises BcError for a wrong type, an unknown option, a text that is too long or a number below the minimum.
    """
    if value is None:
        return prop.blank
    checked = _CHECKS[prop.type](prop, value)
    if prop.minimum is not None and checked < prop.minimum:
        raise errors.below_minimum(prop.name, prop.minimum, checked)
    return checked


def check_body(entity: EntitySet, body: Row) -> Row:
    """Check every plain property of a request body; keeps the order of the body.

    Nested objects and lists (navigation properties) and `@odata…` annotations are left out.
    """
    checked: Row = {}
    for name, value in body.items():
        if name.startswith("@") or name in entity.parts:
            continue
        prop = entity.properties.get(name)
        if prop is None:
            raise errors.unknown_property(name, entity.entity)
        if name == "id":
            checked[name] = _guid(prop, value) if value else BLANK_GUID
            continue
        if prop.read_only:
            raise errors.read_only(name)
        checked[name] = check_value(entity, prop, value)
    return checked


def _text(prop: Property, value: Any) -> str:
    if not isinstance(value, str):
        raise errors.wrong_type(prop.name, value, "Edm.String")
    if prop.max_length and len(value) > prop.max_length:
        raise errors.too_long(value, prop.max_length)
    return value


def _code(prop: Property, value: Any) -> str:
    return _text(prop, value).strip().upper()


def _guid(prop: Property, value: Any) -> str:
    if isinstance(value, str) and len(value) == 36:
        try:
            return str(UUID(value))
        except ValueError:
            pass
    raise errors.wrong_type(prop.name, value, "Edm.Guid")


def _decimal(prop: Property, value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise errors.wrong_type(prop.name, value, "Edm.Decimal")


def _integer(prop: Property, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise errors.wrong_type(prop.name, value, "Edm.Int32")


def _boolean(prop: Property, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise errors.wrong_type(prop.name, value, "Edm.Boolean")


def _date(prop: Property, value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise errors.wrong_type(prop.name, value, "Edm.Date") from None


def _datetime(prop: Property, value: Any) -> str:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise errors.wrong_type(prop.name, value, "Edm.DateTimeOffset") from None
    return str(value)


def _option(prop: Property, value: Any) -> str:
    """Options travel XML-escaped (`_x0020_`); the documentation prints them plain: both are understood."""
    if value in prop.wires:
        return prop.wires[value]
    if value in prop.wires.values() or not prop.wires:
        return str(value)
    if value == "":
        return prop.wires.get(" ", "")
    raise errors.not_an_option(value, list(prop.wires))


_CHECKS: dict[str, Callable[[Property, Any], Any]] = {
    "string": _text, "code": _code, "guid": _guid, "decimal": _decimal, "integer": _integer,
    "boolean": _boolean, "date": _date, "datetime": _datetime, "enum": _option,
}  # fmt: skip
