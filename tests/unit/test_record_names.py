"""What people call records is made of the name of their type, in every language that has the words."""
from __future__ import annotations

import pytest

from shared.languages import LANGUAGES
from shared.record_names import caption_of_one, caption_of_several, one_called, several_called, words_of
from shared.record_types import TYPE_NAMES
from shared.texts import NOT_TRANSLATED, said, translations


@pytest.mark.parametrize("type, one, several", [
    ("orders", "order 5001", "orders"), ("companies", "company 5001", "companies"),
    ("draft_orders", "draft order 5001", "draft orders"),
    ("inventory_levels", "inventory level 5001", "inventory levels"),
])
def test_a_record_and_records_are_called_by_the_name_of_their_type(type: str, one: str, several: str) -> None:
    assert (str(one_called(type, "5001")), str(several_called(type))) == (one, several)


def test_what_stands_by_itself_begins_with_a_capital() -> None:
    assert str(caption_of_one("draft_orders")).strip() == "Draft order"
    assert said(caption_of_one("companies"), "fr").strip() == "Entreprise"
    assert said(caption_of_several("payouts"), "fr") == "Règlements Shopify"


@pytest.mark.parametrize("type", ["{number}", "{0}", "", "Orders!", "a b"])
def test_what_is_no_name_is_said_as_it_is(type: str) -> None:
    assert (str(one_called(type, "7")), str(several_called(type))) == (f"{type} 7", type)


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_every_type_has_its_words_in_every_language(language: str) -> None:
    assert translations(language) is not NOT_TRANSLATED
    words = [text for type in TYPE_NAMES for text in words_of(type)]

    assert [text for text in words if translations(language).gettext(text) == text] == []
