"""How a person shows in texts that are not records: bodies of calls, addresses of calls, sentences.

A JSON text is taken apart and its values are looked at; what is no JSON, or was cut, is searched as it stands. Either
way only whole words count: ann@example.fr is not in joann@example.fr, and 7001 is neither in 70012 nor in 7001.50.
An id counts as a customer's or an order's where it is called one, and not where it is called something else
(Product/7001, #7001). Pure.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from urllib.parse import unquote

import msgspec

from shared.json_text import decoded
from shared.privacy.subject import Person, address
from shared.shopify_ids import key_of

_OTHER_THINGS = ("order", "orders", "customer", "customers", "product", "products", "company", "companies", "payout",
                 "payouts", "dispute", "disputes", "item", "items", "variant", "variants", "line", "lines")
_EMAIL = r"(?<![\w.+%!$^~-])(?<!\w'){}(?![\w@-])(?!\.\w)"
"""With what may be a part of an address before and after it; an apostrophe only after a letter (o'ann@…)."""

_WORD = r"(?<![\w.-]){}(?![\w-])"
_LONGEST_NUMBER = 20
_TOKEN = re.compile(r"[^\s'\"<>,;]+")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)")


class Traces:
    """A person, the person's orders, and the ids that these have in Business Central."""

    def __init__(self, person: Person, orders: Iterable[str] = (), bc_ids: Iterable[str] = ()) -> None:
        self._customers, self._emails = person.ids, person.emails
        self._orders = frozenset(orders) | person.named
        self._bc_ids = frozenset(id.lower() for id in bc_ids if len(id) > 3 and not id.isdigit())

    def are_in(self, text: str) -> bool:
        """Whether the text speaks of the person."""
        try:
            content = decoded(text)
        except msgspec.DecodeError:
            return self._are_written_in(text)
        return any(self._are_value(key, value) for key, value in _values(content))

    def _are_value(self, key: tuple[str, str], value: str | int) -> bool:
        if isinstance(value, int) or (value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER):
            return str(int(value)) in self._ids_under(key)
        if _is_one_address(value):
            return address(value) in self._emails
        return self._are_written_in(value)

    def _ids_under(self, key: tuple[str, str]) -> frozenset[str]:
        """Whose ids stand under this name: `customer_id`, or the `id` of an object `customer`."""
        parent, name = key
        thing = parent if name == "id" else name.removesuffix("_id").removesuffix("Id")
        if thing in ("customer", "customers"):
            return self._customers
        if thing in ("order", "orders", "orders_requested", "orders_to_redact"):
            return self._orders
        return self._orders | self._customers if key == ("", "id") else frozenset()

    def _are_written_in(self, text: str) -> bool:
        return any(self._pattern.search(form) for form in _forms(text))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        customer = _written(self._customers, "customer", "s")
        orders = _written(self._orders, "order", "shp-")
        emails = [_EMAIL.format(re.escape(one)) for one in sorted(self._emails)]
        words = [_WORD.format(re.escape(one)) for one in sorted(self._bc_ids)]
        return re.compile("|".join([*customer, *orders, *emails, *words]))


def _written(ids: Iterable[str], thing: str, prefix: str) -> list[str]:
    """Customer/7001, customers/7001, customer 7001, S7001, and 7001 alone."""
    alternatives = "|".join(sorted(ids, key=key_of))
    if not alternatives:
        return []
    not_another = "".join(f"(?<!{other} )" for other in _OTHER_THINGS if other not in (thing, f"{thing}s"))
    before = rf"(?:(?<!\w){thing}s?/|(?<![\w-]){prefix}|(?<![\w./#-]){not_another})"
    return [rf"{before}(?:{alternatives})(?![\w-])(?!\.\d)(?!,\d{{1,3}}(?!\d))"]


def _forms(text: str) -> set[str]:
    """As it stands, without JSON's escapes, and as an address of the web means it; in small letters."""
    plain = _ESCAPED.sub(_unescaped, text) if "\\" in text else text
    return {form.lower() for form in (text, plain, _unquoted(text), _unquoted(plain))}


def _unquoted(text: str) -> str:
    """Without the web's escapes; where an @ stands unescaped, a percent sign is part of somebody's address."""
    return _TOKEN.sub(lambda found: found[0] if "@" in found[0] else unquote(found[0]), text) if "%" in text else text


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else {"n": "\n", "r": "\r", "t": "\t"}.get(found[2], found[2])


def _is_one_address(value: str) -> bool:
    return re.fullmatch(r"\s*[^\s@<>()\"',:;/\\?=&]+@[\w.-]+\s*", value) is not None


def _values(content: object) -> Iterator[tuple[tuple[str, str], str | int]]:
    """((object's name, value's name), value) of every text and whole number; in a list the list's name counts."""
    waiting: list[tuple[str, str, object]] = [("", "", content)]
    while waiting:
        parent, name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(name, str(key), child) for key, child in value.items()]
        elif isinstance(value, list):
            waiting += [(parent, name, child) for child in value]
        elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            yield (parent, name), value
