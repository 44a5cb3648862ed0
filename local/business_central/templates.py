"""Configuration templates: what a new customer or item gets because of a rule on page API Setup.

Rules: ConfigTmplSelectionRules.Table.al: the rules of a table in ascending order, the first one without criteria
or whose criteria match the new record wins, and fills every field the request did not name. They act on
creation only. There is no way to read or write them through API v2.0.
"""

from __future__ import annotations

from typing import Any

from .contract import Row
from .state import State

TABLE = "templateRules"


def define(state: State, name: str, values: Row, criteria: Row | None = None) -> Row:
    """Append a rule for an entity set; `criteria` are property values the new record must have."""
    order = state.count(TABLE) + 1
    return state.insert(TABLE, {"set": name, "order": order, "criteria": criteria or {}, "values": values})


def values_for(state: State, name: str, row: Row, given: set[str]) -> Row:
    """The values the winning rule adds to a new row; empty when no rule fits."""
    rules = sorted((rule for rule in state.rows(TABLE) if rule["set"] == name), key=lambda rule: rule["order"])
    for rule in rules:
        if _fits(rule["criteria"], row):
            return {field: value for field, value in rule["values"].items() if field not in given}
    return {}


def _fits(criteria: dict[str, Any], row: Row) -> bool:
    return all(row.get(field) == value for field, value in criteria.items())
