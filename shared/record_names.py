"""What people call records of a type: *order 5001*, *orders*, and *Order*, *Orders* where it stands by itself.

The words are made of a type's name, which is Shopify's plural: `draft_orders` are draft orders, and one is a draft
order. Catalogues have them like other texts (local/texts.py), so that a new type is named in every language once it is
translated. Border: names only; which types there are, record_types.py says.
"""
from __future__ import annotations

import re

from shared.texts import Sentence, as_said, beginning, sentence

_NAME = re.compile("[a-z][a-z_]*")


def one_called(type: str, id: str) -> Sentence:
    """One record of a type, by its Shopify id."""
    return sentence(_one(type), number=id) if _NAME.fullmatch(type) else as_said(f"{type} {id}")


def several_called(type: str) -> Sentence:
    """Records of a type."""
    return sentence(_several(type)) if _NAME.fullmatch(type) else as_said(type)


def caption_of_one(type: str) -> Sentence:
    """What stands over one record of a type, or before its name; a blank may follow."""
    return beginning(one_called(type, ""))


def caption_of_several(type: str) -> Sentence:
    """What stands over records of a type."""
    return beginning(several_called(type))


def words_of(type: str) -> tuple[str, str]:
    """The texts that catalogues have for a type."""
    return _one(type), _several(type)


def _one(type: str) -> str:
    several = _several(type)
    one = f"{several[:-3]}y" if several.endswith("ies") else several.removesuffix("s")
    return one + " {number}"


def _several(type: str) -> str:
    return type.replace("_", " ")
