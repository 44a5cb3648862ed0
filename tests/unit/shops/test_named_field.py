"""Which field of the shop card a sentence names."""
from __future__ import annotations

import pytest

from shared.shops.card_fields import caption, row_of
from shared.shops.named_field import field_named
from shared.texts import Sentence, sentence


@pytest.mark.parametrize("said, field", [
    (sentence("{record} needs {setting}, which is empty.", record="1", setting=caption("tip_account")), "tip_account"),
    (sentence("{record} needs {setting}.", record="1", setting=row_of("location_mapping", "Lyon")), "location_mapping"),
    (sentence("New: {why}", why=sentence("{setting} is off", setting=caption("uom_as_variant"))), "uom_as_variant"),
    (sentence("A posting group is missing."), ""),
    (sentence("{name} has none.", name="Tip Account"), ""),
    ("Tip Account", ""),
])
def test_a_field_is_known_by_its_caption_wherever_in_the_sentence_it_stands_and_no_text_of_a_record_passes_for_it(
    said: Sentence | str, field: str
) -> None:
    assert field_named(said) == field
