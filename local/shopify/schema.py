"""Shopify's published Admin schema, and what its file says beside the types.

Source: npm package ``@shopify/dev-mcp``, ``dist/data/admin_2026-10.json.gz`` (introspection result
plus ``offline_scopes``, the access notes). From the descriptions of ``query:`` arguments we read which
search fields a connection knows, from the access notes which scopes a type or field needs.
Border: reads one file, keeps it for the life of the process; nothing here knows our records.
"""
from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, build_client_schema

VERSION = "2026-10"
SCHEMA_FILE = (Path(__file__).resolve().parents[2]
               / "node_modules/@shopify/dev-mcp/dist/data" / f"admin_{VERSION}.json.gz")


@dataclass(frozen=True)
class SearchField:
    """One row of the table in a ``query:`` argument's description."""

    name: str
    kind: str                       # time, date, id, string, boolean, integer, float, mixed
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class AdminSchema:
    """The schema with its side notes. `access` maps "Type" or "Type.field" to its note."""

    graphql: GraphQLSchema
    access: dict[str, str]
    _search: dict[str, dict[str, SearchField]] = field(default_factory=dict)

    def search_fields(self, type_name: str, field_name: str) -> dict[str, SearchField]:
        """Search fields of one ``query:`` argument by name; "default" when bare words are allowed."""
        key = f"{type_name}.{field_name}"
        if key not in self._search:
            argument = self._type(type_name).fields[field_name].args.get("query")
            self._search[key] = read_search_table(argument.description or "" if argument else "")
        return self._search[key]

    def _type(self, name: str) -> GraphQLObjectType | GraphQLInterfaceType:
        found = self.graphql.type_map[name]
        assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
        return found


@lru_cache(maxsize=1)
def load_schema() -> AdminSchema:
    """The schema, built once per process (about half a second)."""
    if not SCHEMA_FILE.exists():
        raise FileNotFoundError(f"{SCHEMA_FILE} is missing: run `npm ci` in the repository root")
    document: dict[str, Any] = json.loads(gzip.decompress(SCHEMA_FILE.read_bytes()))
    introspection = document.get("data", document)
    # The published schema deprecates fields that its interfaces do not; take it as it is.
    schema = build_client_schema({"__schema": introspection["__schema"]}, assume_valid=True)
    return AdminSchema(schema, dict(_access_notes(document.get("offline_scopes") or {})))


def _access_notes(notes: dict[str, Any]) -> Any:
    for item in notes.get("items", ()):
        if item.get("requiredAccess"):
            name = item["typeName"]
            yield (f"{name}.{item['fieldName']}" if item["type"] == "field" else name), item["requiredAccess"]


def read_search_table(description: str) -> dict[str, SearchField]:
    """The search fields of a Markdown table whose cells may run over several lines."""
    found = {}
    for row in re.split(r"\n(?=\| [\w.{}]+ \| \w+ \|)", description):
        match = re.match(r"\| ([\w.{}]+) \| (\w+) \|(.*)", row, re.S)
        if match and match[2] != "type":
            cells = match[3].split(" | ")
            values = cells[1] if len(cells) > 1 else ""
            found[match[1]] = SearchField(match[1], match[2], _accepted(values))
    return found


def _accepted(cell: str) -> frozenset[str]:
    values = re.findall(r"-\s+`([^`]+)`", cell)
    # "status:open" is an example of use, "* (numeric app ID)" a pattern: neither is a list of values.
    if any("*" in value or ":" in value for value in values):
        return frozenset()
    return frozenset(value.lower() for value in values)
