"""References between rows: a property pair such as itemId / itemNumber, or a single id or code.

Rules: API v2.0 page sources: most references exist twice; when both are sent they must agree
("The … values do not match to a specific …"). Border: sets the properties, decides nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import errors
from .contract import BLANK_GUID, EntitySet, Row
from .state import State

# Where the value of a Code property must exist: relation in the contract -> (table, caption).
RELATED = {
    "Country/Region": "countriesRegions",
    "Salesperson/Purchaser": "salespeoplePurchasers",
    "VAT Product Posting Group": "taxGroups",
}


@dataclass(frozen=True)
class Pair:
    """A reference by id and by code: property names, the set it leads to, that set's key and captions."""

    id: str
    code: str
    target: str
    key: str
    caption: str
    group: str

    def resolve(self, state: State, values: Row, row: Row) -> Row | None:
        """Set both properties of `row` from whichever was sent; returns the row referred to, or None if blank.

        Raises BcError when it does not exist or the two disagree.
        """
        by_id = self._by_id(state, values)
        by_code = self._by_code(state, values)
        if by_id and by_code and by_id["id"] != by_code["id"]:
            raise errors.dialog("The {group} values do not match to a specific {caption}.",
                                group=self.group, caption=self.caption)  # fmt: skip
        found = by_id or by_code
        row[self.id] = found["id"] if found else BLANK_GUID
        if self.code:
            row[self.code] = found[self.key] if found else ""
        return found

    def _by_id(self, state: State, values: Row) -> Row | None:
        wanted = values.get(self.id, BLANK_GUID)
        if wanted == BLANK_GUID:
            return None
        return state.row(self.target, wanted) or self._refuse(self.id)

    def _by_code(self, state: State, values: Row) -> Row | None:
        wanted = values.get(self.code, "") if self.code else ""
        if not wanted:
            return None
        return state.one(self.target, self.key, wanted) or self._refuse(self.code)

    def _refuse(self, name: str) -> Row:
        raise errors.dialog('The "{name}" does not match to a {caption}.', name=name, caption=self.caption)

    def touched(self, values: Row) -> bool:
        return self.id in values or self.code in values


def check_relations(state: State, entity: EntitySet, values: Row, skip: frozenset[str] = frozenset()) -> None:
    """Codes that stand alone (country, salesperson) must exist. Raises Internal_InvalidTableRelation."""
    for name, value in values.items():
        prop = entity.properties[name]
        related = RELATED.get(prop.relation)
        if related and value and prop.type == "code" and name not in skip and not state.one(related, "code", value):
            raise errors.not_related(prop.caption, entity.table, value, prop.relation.removesuffix(".Code"))
