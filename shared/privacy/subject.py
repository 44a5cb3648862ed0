"""A person in our data: who is meant, and how to tell whether a text speaks of that person.

A person shows as Shopify's number (also inside a customer number made from it, S7100000000001), as an e-mail
address or phone number, as a name, and through the numbers of the orders. Texts are JSON, addresses and sentences,
so a word is looked for as it is, as JSON escapes it and as an address quotes it. Pure.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

import msgspec

_SHORTEST_WORD = 6
"""Shorter words would be found in everybody's data."""

_LEAST_DIGITS = 7


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The person a privacy command is about; e-mail and phone may be missing, the id never is."""

    id: int
    email: str = ""
    phone: str = ""
    orders: tuple[int, ...] = ()


class Traces:
    """How the person shows. `numbers`: ids of the customer and of orders; `words`: addresses, phones, names."""

    def __init__(self, numbers: Iterable[int], words: Iterable[str]) -> None:
        self.numbers = frozenset(numbers)
        self.words = frozenset(word.strip() for word in words if len(word.strip()) >= _SHORTEST_WORD)
        alternatives = "|".join(map(str, sorted(self.numbers)))
        self._numbers = re.compile(rf"(?<!\d)(?:{alternatives})(?!\d)") if alternatives else None
        self._words = sorted({form for word in self.words for form in _forms(word)})

    def and_orders(self, orders: Iterable[int]) -> Traces:
        """These, and the orders."""
        return Traces(self.numbers | set(orders), self.words)

    def and_words(self, words: Iterable[str]) -> Traces:
        """These, and the words."""
        return Traces(self.numbers, self.words | set(words))

    def are_in(self, text: str) -> bool:
        """Whether the text speaks of the person."""
        if self._numbers is not None and self._numbers.search(text):
            return True
        folded = text.casefold()
        return any(word in folded for word in self._words)


class KnownAs(msgspec.Struct, frozen=True):
    """What a capture of a customer tells: ways to reach the person, and names."""

    contacts: frozenset[str]
    names: frozenset[str]


def known_as(record: object) -> KnownAs:
    """E-mail addresses, phone numbers and full names anywhere in a customer's JSON."""
    contacts, names = set(), set()
    for one in _objects(record):
        for key, value in one.items():
            if isinstance(value, str) and (key in ("email", "emailAddress") or _is_phone(key, value)):
                contacts.add(value)
        first, last = one.get("firstName"), one.get("lastName")
        if isinstance(first, str) and isinstance(last, str) and first.strip() and last.strip():
            names |= {f"{first} {last}", f"{last} {first}", f"{last}, {first}"}
        names |= {name for key in ("displayName", "name") if isinstance(name := one.get(key), str)}
    return KnownAs(frozenset(contacts), frozenset(names))


def _is_phone(key: str, value: str) -> bool:
    return key in ("phone", "phoneNumber") and sum(character.isdigit() for character in value) >= _LEAST_DIGITS


def _objects(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from _objects(child)
    elif isinstance(value, list):
        for child in value:
            yield from _objects(child)


def _forms(word: str) -> Iterator[str]:
    # Escapes tell É from é, so they are made of the word as it is written and of its small letters.
    for written in (word, word.casefold()):
        for form in (written, json.dumps(written)[1:-1], quote(written), quote_plus(written)):
            yield form.casefold()
