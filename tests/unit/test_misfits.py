"""What does not fit is told in the reader's language, with its place, and never in a programmer's words."""
from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest

from shared.json_text import decoded
from shared.misfits import misfit
from shared.texts import said, sentence


class _Part(msgspec.Struct, forbid_unknown_fields=True):
    id: int


class _Whole(msgspec.Struct, forbid_unknown_fields=True):
    days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | Literal[""] = ""
    types: list[Annotated[str, msgspec.Meta(pattern="^(orders|products|)$")]] = []
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=5)] = "x"
    few: Annotated[list[int], msgspec.Meta(max_length=1)] = []
    mode: Literal["All", "Disabled"] = "All"
    yes: bool = False
    perhaps: int | None = None
    part: _Part | None = None


@pytest.mark.parametrize("value, english, french", [
    ({"days": "0"}, "'days' is less than 1", "'days' est inférieur à 1"),
    ({"days": "99999"}, "'days' is more than 3650", "'days' est supérieur à 3 650"),
    ({"days": "many"}, "'days' cannot be 'many'", "'days' ne peut pas être 'many'"),
    ({"types": ["all"]}, "'types[0]' is none of orders, products",
     "'types[0]' n’est aucune de ces valeurs\xa0: orders, products"),
    ({"note": ""}, "'note' is empty", "'note' est vide"),
    ({"note": "123456"}, "'note' is longer than 5 characters", "'note' a plus de 5 caractères"),
    ({"few": [1, 2]}, "'few' holds more than 1 values", "'few' contient plus de 1 valeurs"),
    ({"mode": "`$"}, "'mode' cannot be '`$'", "'mode' ne peut pas être '`$'"),
    ({"yes": "maybe"}, "'yes' is not true or false", "'yes' n’est pas vrai ou faux"),
    ({"perhaps": "one"}, "'perhaps' is not a whole number", "'perhaps' n’est pas un nombre entier"),
    ({"part": {}}, "'part.id' is missing", "'part.id' manque"),
    ({"part": {"id": 1, "a`b": 2}}, "'part.a`b' is not known here", "'part.a`b' n’est pas connu ici"),
    ([], "the form is not an object", "le formulaire n’est pas un objet"),
])
def test_a_misfit_names_its_place_and_what_is_wrong_in_the_readers_language(
    value: Any, english: str, french: str
) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.convert(value, _Whole, strict=False)

    told = misfit(error.value, sentence("the form"))

    assert (str(told), said(told, "fr").replace("\u202f", " ")) == (english, french)


def test_what_somebody_made_long_is_told_short() -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.convert({"x" * 100_000: 1}, _Whole)

    assert len(str(misfit(error.value, sentence("the form")))) < 200


def test_a_text_that_is_no_json_keeps_the_words_that_say_which_byte() -> None:
    with pytest.raises(msgspec.DecodeError) as error:
        decoded(b'{"a":')

    assert "Input data was truncated" in str(misfit(error.value, sentence("the body")))
