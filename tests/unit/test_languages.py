"""Which language a caller reads."""
from __future__ import annotations

import pytest

from shared.languages import LANGUAGES, language_of

HERE = ("en", "de", "fr")


@pytest.mark.parametrize("accepts, language", [
    ("fr", "fr"), ("fr-CH, fr;q=0.9, en;q=0.8", "fr"), ("FR-ca", "fr"), (" fr ; q=1", "fr"), ("de-AT", "de"),
    ("en;q=0.5, fr;q=0.9", "fr"), ("en, fr", "en"), ("en-GB,fr;q=0.5", "en"), ("pt, de;q=0.4, fr;q=0.3", "de"),
    ("", "en"), ("*", "en"), ("pt-BR", "en"), ("fr;q=0, de;q=0.1", "de"), ("fr;q=0", "en"), ("fr;q=much, de", "de"),
    ("frisian", "en"), ("f", "en"), (",;,=", "en"), ("fr;q=nan", "en"),
])
def test_the_reader_is_answered_in_the_language_liked_best_of_those_that_are_there(accepts: str, language: str) -> None:
    assert language_of({"Accept-Language": accepts}, HERE) == language


def test_a_reader_who_names_no_language_is_answered_in_english() -> None:
    assert language_of({}) == "en"


def test_english_comes_first_and_french_is_there() -> None:
    assert LANGUAGES[0] == "en"
    assert "fr" in LANGUAGES
