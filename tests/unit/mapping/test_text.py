"""Texts as Business Central stores them."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mapping import text
from shared.texts import as_said


@pytest.mark.parametrize(
    ("given_text", "length", "expected"),
    [
        pytest.param("abcdef", 6, "abcdef", id="fits-exactly"),
        pytest.param("abcdefg", 6, "abcdef", id="one-too-many"),
        pytest.param("  rue \n de  Paris ", 50, "rue de Paris", id="white-space-tidied"),
        pytest.param("rue de Paris", 4, "rue", id="no-space-left-at-the-end"),
        pytest.param("éàü漢字", 3, "éàü", id="accents-count-once"),
        pytest.param("ab😀cd", 3, "ab", id="emoji-needs-two-and-is-not-halved"),
        pytest.param("ab😀cd", 4, "ab😀", id="emoji-fits"),
        pytest.param(None, 10, "", id="nothing"),
    ],
)
def test_text_is_cut_to_the_field(given_text, length, expected):
    assert text.cut(given_text, length) == expected


@given(st.text(), st.integers(0, 40))
def test_a_cut_text_never_exceeds_the_field_and_is_a_beginning_of_the_tidied_text(given_text, length):
    result = text.cut(given_text, length)

    assert len(result.encode("utf-16-le", "surrogatepass")) <= 2 * length
    assert text.tidy(given_text).startswith(result)


@pytest.mark.parametrize(
    ("given_text", "lines"),
    [
        pytest.param("one two three", ["one two", "three"], id="between-words"),
        pytest.param("a\n\nb \r\n c", ["a", "b", "c"], id="line-breaks-stay-empty-lines-go"),
        pytest.param("incomprehensibly so", ["incompre", "hensibly", "so"], id="a-word-that-is-longer-is-cut"),
        pytest.param("to incomprehensibly", ["to", "incompre", "hensibly"], id="on-lines-of-its-own"),
        pytest.param("abcdefg😀h", ["abcdefg", "😀h"], id="no-character-is-halved"),
        pytest.param("😀😀😀😀 x", ["😀😀😀😀", "x"], id="emoji-count-twice"),
        pytest.param(None, [], id="nothing"),
    ],
)
def test_a_long_text_is_wrapped(given_text, lines):
    assert text.wrapped(given_text, 8) == lines


@given(st.text(), st.integers(2, 40))
def test_wrapped_lines_fit_and_hold_every_character_of_the_text(given_text, length):
    lines = text.wrapped(given_text, length)

    assert all(0 < len(line.encode("utf-16-le", "surrogatepass")) <= 2 * length for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(given_text.split())


@pytest.mark.parametrize(
    ("given_phone", "expected"),
    [
        pytest.param("+33 (0)1.44/27-46", "+33 (0)1.44/27-46", id="whole-as-it-is-written"),
        pytest.param("01 44 27 46 22; 06 11 22 33 44", "01 44 27 46 22; 06 11 22 33 44", id="two-that-fit"),
        pytest.param("01 44 27 46 22 ; 06 11 22 33 44", "", id="two-of-31-characters-are-left-out-not-cut"),
        pytest.param("+33 1 44 ext. 12", "", id="letters-are-refused-and-no-number-is-made-of-the-rest"),
        pytest.param("tel:+33144274622;ext=12", "", id="a-uri"),
        pytest.param("01 44 27 46 22 доб", "", id="letters-of-any-alphabet"),
        pytest.param("---", "", id="no-digit-no-number"),
        pytest.param("1" * 31, "", id="31-characters"),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_a_phone_number_is_whole_or_left_out(given_phone, expected):
    assert text.phone(given_phone) == expected


@pytest.mark.parametrize(
    ("given_email", "expected"),
    [
        pytest.param(" marie@example.fr ", "marie@example.fr", id="trimmed"),
        pytest.param("a@b.fr; c@d.fr", "a@b.fr; c@d.fr", id="several-with-semicolons"),
        pytest.param("a@b.fr; c", "", id="one-of-them-is-none"),
        pytest.param("a@b.fr, c@d.fr", "", id="commas-are-refused"),
        pytest.param("a@b.fr;", "", id="an-empty-one"),
        pytest.param("marie", "", id="no-address"),
        pytest.param("m" * 69 + "@example.fr", "m" * 69 + "@example.fr", id="80-characters-fit"),
        pytest.param("m" * 70 + "@example.fr", "", id="81-characters-are-left-out-not-cut"),
        pytest.param("m" * 38 + "@example.fr; p" + "m" * 20 + "@example.fr", "", id="several-that-do-not-fit"),
    ],
)
def test_email_is_whole_or_left_out(given_email, expected):
    assert text.email(given_email) == expected


@pytest.mark.parametrize(
    ("phones", "emails", "sentence"),
    [
        pytest.param(["+33 1"], ["a@b.fr"], "", id="all-fit"),
        pytest.param([None, ""], [None], "", id="none-given"),
        pytest.param(["01 ext 2", "+33 1"], [], "", id="another-fits"),
        pytest.param(["01 ext 2"], ["a@b.fr"], "the phone number", id="phone"),
        pytest.param(["01 ext 2"], ["paul"], "the phone number and the e-mail address", id="both"),
    ],
)
def test_what_no_field_takes_is_named_and_not_repeated(phones, emails, sentence):
    beginning = "Left out of order #1, since Business Central does not take it whole: "

    told = text.not_taken(as_said("order #1"), phones, emails)

    assert str(told or "") == (f"{beginning}{sentence}." if sentence else "")
