"""Why a record was skipped is told in the reader's language, whenever and by whichever version it was parked."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from shared.storage.tables import Put
from shared.stores.skipped_records import TABLE, parked_again
from shared.texts import Sentence, sentence
from tests.admin import Admin
from tests.house import House

WHY = sentence("Order {order} is held: its risk is still being assessed.", order="#1001")
ENGLISH = "Order #1001 is held: its risk is still being assessed."
FRENCH = "La commande #1001 est mise en suspens\u00a0: son risque est encore en cours d’évaluation."


@pytest.fixture
def park(house: House) -> Callable[[str | Sentence], None]:
    """Park order 5001 with this sentence."""

    def parked(why: str | Sentence) -> None:
        house.connector.skipped.park([parked_again(
            None, shop=house.shop, type="orders", id="5001", code="order-held", why=why, now=house.clock.now(),
            run="")])

    return parked


def told(admin: Admin, language: str) -> dict[str, Any]:
    (record,) = msgspec.json.decode(admin.raw("list_skipped_records", language=language).get_body())
    return dict(record)


@pytest.mark.parametrize("language, detail", [("en", ENGLISH), ("fr", FRENCH), ("de", ENGLISH)])
def test_a_parked_record_tells_why_in_the_readers_language(
    admin: Admin, park: Callable[[str | Sentence], None], language: str, detail: str
) -> None:
    park(WHY)

    record = told(admin, language)

    assert record["detail"] == detail
    assert "said" not in record


def test_a_row_of_an_earlier_version_tells_its_english_text(
    house: House, admin: Admin, park: Callable[[str | Sentence], None]
) -> None:
    park(WHY)
    table = house.connector.storage.tables[TABLE]
    row = {name: value for name, value in next(table.partition(house.shop)).items() if name != "said"}
    table.write([Put("delete", row)])
    table.write([Put("put", row)])

    assert told(admin, "fr")["detail"] == ENGLISH


def test_a_text_that_nobody_translates_is_told_as_it_is(admin: Admin, park: Callable[[str | Sentence], None]) -> None:
    park("Business Central said no.")

    assert told(admin, "fr")["detail"] == "Business Central said no."


def test_a_record_that_fails_otherwise_is_told_by_the_new_sentence(
    admin: Admin, park: Callable[[str | Sentence], None]
) -> None:
    park(WHY)
    park("Business Central said no.")

    assert told(admin, "fr")["detail"] == "Business Central said no."


def test_a_sentence_that_is_cut_keeps_nothing_that_is_not_seen(
    house: House, park: Callable[[str | Sentence], None]
) -> None:
    park(sentence("It says {answer}", answer="x" * 3000))

    kept = house.parked()[5001]
    assert len(kept.detail) == 2000
    assert str(kept.said) == kept.detail


def test_a_sentence_with_a_long_value_is_told_in_french_all_the_same(
    admin: Admin, park: Callable[[str | Sentence], None]
) -> None:
    park(sentence("Order {order} is held: its risk is still being assessed.", order="#1001" + " of the spring" * 300))

    detail = str(told(admin, "fr")["detail"])

    assert detail.startswith("La commande #1001 of the spring")
    assert detail.endswith("… est mise en suspens\u00a0: son risque est encore en cours d’évaluation.")
