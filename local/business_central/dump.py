"""The tables as a JSON file, so that a stopped simulator can continue.

Decimals are written as `{"$decimal": "1.00"}`: their digits must survive.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

from .contract import Row
from .state import Clock, State


def write_dump(state: State, path: Path) -> None:
    """Write every table and the version counter."""
    content = {"version": state.version,
               "tables": {name: list(table.rows.values()) for name, table in state.tables.items()}}  # fmt: skip
    write_atomically(path, json.dumps(content, default=_tagged))


def load(path: Path, clock: Clock) -> State:
    """Read a state back; rows keep their ids, versions and times."""
    content = json.loads(path.read_text(encoding="utf-8"), object_hook=_untagged)
    state = State(clock)
    state.version = content["version"]
    for name, rows in content["tables"].items():
        table = state.table(name)
        for row in rows:
            table.put(row["id"], row)
    return state


def write_atomically(path: Path, text: str) -> None:
    """Readers see the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _tagged(value: Any) -> Row:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    raise TypeError(f"cannot write {type(value).__name__}")


def _untagged(value: Row) -> Any:
    return Decimal(value["$decimal"]) if "$decimal" in value else value
