"""The GraphQL documents, each a file in queries/, loaded by name with the fragments that it spreads.

Each shape stands once, in queries/fragments/ under its own name; a document or a fragment says `...Name`.

The comment on top of a file states its purpose, `cost:` (points of one request with the defaults of
its variables) and `scopes:` (what the token must be allowed). Source of both: Shopify's published
Admin schema 2026-10 and "Shopify API rate limits". Tests hold the files to the schema and the costs
to the formula. Border: texts only; nothing is sent.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "queries"
FRAGMENTS = FOLDER / "fragments"
_SPREAD = re.compile(r"\.\.\.\s*(?!on\b)(\w+)")


@dataclass(frozen=True)
class Document:
    """One GraphQL operation. `cost` in points, `scopes` such as "read_orders"; `needs` those without which it is denied
    as a whole: what its comment states before the first semicolon."""

    name: str
    text: str
    cost: int
    scopes: frozenset[str]
    needs: frozenset[str] = frozenset()

    @property
    def changes_data(self) -> bool:
        """True for a mutation."""
        return re.search(r"^mutation\b", self.text, re.MULTILINE) is not None

    @property
    def changes_merchants_data(self) -> bool:
        """True for a mutation, unless its comment says `data: none of the merchant's is changed`."""
        return self.changes_data and "\n# data: none " not in self.text

    @property
    def writes_product(self) -> bool:
        """True for a mutation that takes a product's text and images."""
        return self.changes_data and re.search(r"^\s*product(Set|Create|Update)\b", self.text, re.MULTILINE) is not None


@cache
def document(name: str) -> Document:
    """The document in queries/`name`.graphql; FileNotFoundError for an unknown name, also of a fragment."""
    return read_document(name, with_fragments((FOLDER / f"{name}.graphql").read_text(encoding="utf-8")))


def with_fragments(text: str) -> str:
    """The text with every fragment that it spreads, directly or through another, behind it: each once."""
    parts: dict[str, str] = {"": text}
    waiting = [text]
    while waiting:
        for name in _SPREAD.findall(waiting.pop()):
            if name not in parts:
                parts[name] = (FRAGMENTS / f"{name}.graphql").read_text(encoding="utf-8")
                waiting.append(parts[name])
    return "\n".join(parts.values())


def read_document(name: str, text: str) -> Document:
    """`text` with what its leading comment states; ValueError when cost or scopes are missing."""
    cost = re.search(r"^# cost: (\d+)$", text, re.MULTILINE)
    scopes = re.search(r"^# scopes: (.+)$", text, re.MULTILINE)
    if not cost or not scopes:
        raise ValueError(f"{name}.graphql: the leading comment must state cost and scopes")
    return Document(name, text, int(cost[1]), _named(scopes[1]), _named(scopes[1].split(";")[0]))


def _named(scopes: str) -> frozenset[str]:
    return frozenset(re.findall(r"(?:read|write)_\w+", scopes))
