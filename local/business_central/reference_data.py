"""Plain tables: units, categories, countries, currencies, terms, methods, locations, tax areas and groups.

Rules: the pages only check that the code is there and that related codes exist; PATCH of the code renames.
"""

from __future__ import annotations

from . import errors
from .contract import EntitySet, Row
from .references import check_relations
from .state import State


def insert(state: State, entity: EntitySet, values: Row, parent: Row | None, nested: Row) -> Row:
    """Create a row; an `id` in the body does no harm and is not used."""
    key = "code" if "code" in entity.properties else "number"
    if not values.get(key):
        raise errors.required(key)
    check_relations(state, entity, values)
    row = entity.new_row() | {name: value for name, value in values.items() if name != "id"}
    if "taxType" in row:
        row["taxType"] = "VAT"
    return state.insert(entity.name, row)


def modify(state: State, entity: EntitySet, row: Row, values: Row) -> Row:
    """Change a row; `id` may be repeated."""
    check_relations(state, entity, values)
    changed = row | {name: value for name, value in values.items() if name != "id"}
    if "code" in changed and not changed["code"]:
        raise errors.required("code")
    return state.replace(entity.name, changed)


def delete(state: State, entity: EntitySet, row: Row) -> None:
    state.delete(entity.name, row["id"])
