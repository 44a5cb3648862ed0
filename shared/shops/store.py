"""Where shop cards live: table Shops, one row a card, and rows `domain` that lead from a store to its codes.

A card that is removed leaves a row `removed`: what it had synchronized stays, and belongs to its store and company.
Rows `store` hold Shopify's own id of each card's store, once a run has read it, with the address it was read at. Rows
`switched` say since when a card is enabled or not.

What may be written depends on the other cards, so cards are written in turn. One is pointed elsewhere only while nobody
synchronizes it, or that run's links would be the new company's.

Addresses follow Shopify's rule for the permanent domain: letters, digits and hyphens before
.myshopify.com (Shopify: "Authorization code grant"); an address pasted from the admin is understood.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from shared.errors import ConnectorError
from shared.misfits import misfit
from shared.shops.card import ShopCard
from shared.shops.card_fields import caption
from shared.shops.card_identity import check_alone, check_not_moved, company_key, is_elsewhere
from shared.shops.stored_card import DOMAIN, about_of, is_enabled, stored, text_of
from shared.storage.in_turn import write_in_turn
from shared.storage.lease import LeaseTaken
from shared.storage.tables import Put, Row, Table
from shared.texts import sentence

if TYPE_CHECKING:
    from shared.storage.seen_once import Readable

TABLE = "Shops"
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,19}")


_FIRST = "0"
"""Where codes begin; before them stands the row by which cards are written in turn."""


class _Decided(NamedTuple):
    """What a save comes to: the card before, if there was one, and the card after."""

    before: ShopCard | None
    card: ShopCard
    is_new: bool


class Changed(NamedTuple):
    """A card that was saved, and what it was when it was written over; None where it was not there."""

    before: ShopCard | None
    card: ShopCard


class UnreadableCard(NamedTuple):
    """A stored card that cannot be read; host: "" where that of its store cannot be read either."""

    code: str
    host: str
    problem: ConnectorError


class Shops:
    """The shop cards."""

    def __init__(
        self, table: Table, synchronized: Callable[[str], bool], alone: Callable[[str], AbstractContextManager[object]],
        seen: Readable | None = None,
    ) -> None:
        """`synchronized` says whether links or times are kept under a code; `alone` holds the lease of its runs; `seen`
        is the table as who only looks is to see it."""
        self._table, self._synchronized, self._alone, self._seen = table, synchronized, alone, seen or table

    def seen_once(self) -> Shops:
        """The same for somebody who only looks: a card is read once, however many parts of a page are about it."""
        from shared.storage.seen_once import SeenOnce  # only pages look

        return Shops(self._table, self._synchronized, self._alone, SeenOnce(self._table))

    def each(self) -> Iterator[ShopCard | UnreadableCard]:
        """Every card, by code; of one that cannot be read, why: it hides none of the others."""
        for row in self._seen.partition("shop", _FIRST):
            try:
                yield stored(row)
            except ConnectorError as problem:
                about = about_of(row)
                yield UnreadableCard(row["RowKey"], about.host if about else "", problem)

    def all(self) -> Iterator[ShopCard]:
        """Every card that can be read, by code."""
        return (card for card in self.each() if isinstance(card, ShopCard))

    def codes(self) -> list[str]:
        """The code of every card, also of one that cannot be read."""
        return [row["RowKey"] for row in self._seen.partition("shop", _FIRST)]

    def enabled(self) -> list[str]:
        """The codes of the enabled cards, and of those that cannot be read: what is wrong with one fails in its run."""
        return [row["RowKey"] for row in self._seen.partition("shop", _FIRST) if is_enabled(row)]

    def get(self, code: str) -> ShopCard:
        """The card; ConnectorError shop-unknown, shop-card-unreadable."""
        row = self._seen.get("shop", code) if _CODE.fullmatch(code) else None
        if row is None:
            raise _unknown(code)
        return stored(row)

    def save(
        self, code: str, changes: dict[str, Any], *, same_store: bool = False, version: str | None = None
    ) -> ShopCard:
        """The card as `change` has stored it."""
        return self.change(code, changes, same_store=same_store, version=version).card

    def change(
        self, code: str, changes: dict[str, Any], *, same_store: bool = False, version: str | None = None
    ) -> Changed:
        """Create the card or change the fields given.

        same_store  Shopify has said that the new address is another one of the store that the card is about
        version     of the card that the changes are of (version_of), "" for one that is not there yet, None for any;
                    ConnectorError shop-card-changed where it is another by now
        Everything wrong is named at once: ConnectorError shop-card-invalid or shop-url-invalid. ConnectorError
        shop-card-moved or shop-card-twice when the card may not be about this store and company,
        sync-already-running when it is to point elsewhere while a run uses it.
        """
        if not _CODE.fullmatch(code):
            raise ConnectorError("shop-card-invalid", sentence(
                "Code {code} must be 1 to 20 capital letters, digits, - or _", code=repr(code[:50])))
        decided = self._decided(code, changes, version)
        if decided.before is None or not is_elsewhere(decided.before, decided.card):
            return self._saved(decided, changes, version, same_store=same_store, alone=False)
        try:
            with self._alone(code):
                return self._saved(decided, changes, version, same_store=same_store, alone=True)
        except LeaseTaken:
            raise ConnectorError("sync-already-running", sentence(
                "shop {code} is being synchronized", code=code)) from None

    def _saved(
        self, decided: _Decided, changes: dict[str, Any], version: str | None, *, same_store: bool, alone: bool
    ) -> Changed:
        code, store = decided.card.code, ""

        def write() -> Sequence[Put]:
            nonlocal decided, store
            decided = self._decided(code, changes, version)
            before, card = decided.before, decided.card
            if before is not None and not alone and is_elsewhere(before, card):
                raise ConnectorError("sync-already-running", sentence(
                    "shop {code} was changed by somebody else: try again", code=code))
            if before is not None and self._synchronized(code):
                check_not_moved(before, card, same_store=same_store)
            store = self.store_id(before) if before and (same_store or before.host == card.host) else ""
            self._check_alone(card, store)
            text = text_of(card)
            self._table.put({"PartitionKey": "domain", "RowKey": f"{card.host}|{code}"})
            return [Put("put", {"PartitionKey": "shop", "RowKey": code, "card": text})]

        write_in_turn(self._table, "shop", write)
        before, card = decided.before, decided.card
        if before is not None and before.host != card.host:
            self.forget_domains(code, but=card.host)
        if decided.is_new:
            self._table.delete("removed", code)
        if same_store and store:
            self.note_store(card, store)
        return Changed(None if decided.is_new else before, card)

    def _decided(self, code: str, changes: dict[str, Any], version: str | None) -> _Decided:
        old = self.find(code)
        if version is not None and version != (version_of(old) if old else ""):
            raise _changed(code, old)
        # The rules know the world of mapping, which nobody needs who only reads cards.
        from shared.shops.card_rules import CardRefused, check_card, with_exclusive_switches

        new = _read(code, (msgspec.to_builtins(old) if old else {}) | changes)
        card = with_exclusive_switches(old, new) if old else new
        wrong = check_card(card)
        if wrong:
            raise CardRefused(wrong)
        return _Decided(old or self._before(code), card, old is None)

    def _before(self, code: str) -> ShopCard | None:
        """The removed card; one that cannot be read matters only while something is kept of its store."""
        try:
            return self.removed(code)
        except ConnectorError:
            if self._synchronized(code):
                raise
            return None

    def _check_alone(self, card: ShopCard, store: str) -> None:
        stores = {row["RowKey"]: row for row in self._table.partition("store")}
        cards = filter(None, map(about_of, self._table.partition("shop", _FIRST)))
        check_alone(card, store, ((other, _store_at(other, stores.get(other.code))) for other in cards))

    def codes_at(self, host: str) -> list[str]:
        """The codes whose card is of this store; of removed cards those that were, since their records are kept."""
        rows = self._table.partition("domain", f"{host}|", f"{host}|~")
        codes = [row["RowKey"].partition("|")[2] for row in rows]
        return [code for code in codes if self.store_of(code) == host]

    def store_of(self, code: str) -> str:
        """The store that the card points to now, or pointed to when it was removed; "" if that cannot be told.

        The rows `domain` lead to candidates only: a card that had a neighbour's address once left one behind.
        """
        row = self._seen.get("shop", code) or self._seen.get("removed", code) if _CODE.fullmatch(code) else None
        about = about_of(row) if row else None
        if about is not None:
            return about.host
        hosts = [key.partition("|")[0] for key in self._domains(code)]
        return hosts[0] if len(hosts) == 1 else ""

    def known(self, code: str) -> str:
        """The code, of a card that may be one that cannot be read; ConnectorError shop-unknown."""
        if not (_CODE.fullmatch(code) and self._seen.get("shop", code)):
            raise _unknown(code)
        return code

    def find(self, code: str) -> ShopCard | None:
        """The card, or None if it was removed; ConnectorError shop-card-unreadable."""
        row = self._seen.get("shop", code) if _CODE.fullmatch(code) else None
        return stored(row) if row else None

    def readable(self, code: str) -> ShopCard | None:
        """The card, or None if it was removed or cannot be read."""
        try:
            return self.find(code)
        except ConnectorError:
            return None

    def is_enabled(self, code: str) -> bool:
        """Whether there is such a card, and it is enabled; one that does not even tell this counts as enabled."""
        row = self._seen.get("shop", code) if _CODE.fullmatch(code) else None
        return row is not None and is_enabled(row)

    def store_id(self, card: ShopCard) -> str:
        """Shopify's id of the card's store, as it was read at the card's address; "" if it was not yet."""
        return _store_at(card, self._table.get("store", card.code))

    def note_store(self, card: ShopCard, store: str) -> None:
        """Remember Shopify's id of the store at the card's address.

        ConnectorError shop-card-moved if the address is another store's now, and something is synchronized;
        shop-card-twice if another card turns out to bring the same store into the same company.
        """
        known = self.store_id(card)
        if known == store:
            return
        if known and self._synchronized(card.code):
            raise ConnectorError("shop-card-moved", sentence(
                "what shop {shop} has synchronized belongs to another store, which had the address {host} before: "
                "make a new card, or forget the links first (POST /api/shops/{shop}/forget-links)", shop=card.code,
                host=card.host))
        before = self._table.get("store", card.code)

        def write() -> Sequence[Put]:
            self._check_alone(card, store)
            self._table.put({"PartitionKey": "store", "RowKey": card.code, "host": card.host, "store": store})
            return []

        try:
            write_in_turn(self._table, "shop", write)
        except ConnectorError:
            # Two runs may note one store at a moment: whoever comes second must find it again at his next run.
            self._put_back(card.code, before)
            raise

    def keep_prices(self, card: ShopCard, currency: str, taxes_included: bool) -> None:
        """Remember how the store at the card's address states its prices."""
        self._table.put({"PartitionKey": "prices", "RowKey": card.code, "host": card.host, "currency": currency,
                         "taxes_included": taxes_included})

    def prices(self, card: ShopCard) -> tuple[str, bool] | None:
        """Currency of the store's prices, and whether taxes are included; None if it never said so."""
        row = self._table.get("prices", card.code)
        return (row["currency"], row["taxes_included"]) if row and row["host"] == card.host else None

    def company_name(self, card: ShopCard) -> str:
        """The name of the card's company, as Business Central said it last; "" while nobody has asked."""
        row = self._seen.get("company", card.code)
        return str(row["name"]) if row and row["company"] == company_key(card) else ""

    def company_names(self) -> dict[str, tuple[str, str]]:
        """Code -> id and name of the company whose name is remembered."""
        return {row["RowKey"]: (row["company"], row["name"]) for row in self._table.partition("company")}

    def note_company(self, card: ShopCard, name: str) -> None:
        """Remember the name of the card's company."""
        self._table.put({"PartitionKey": "company", "RowKey": card.code, "company": company_key(card), "name": name})

    def switch_off(self, code: str, at: str, *, by: str) -> None:
        """Switch the card off at this time; ConnectorError as get and save."""
        before, card = self.change(code, {"enabled": False})
        if before is not None and before.enabled:
            self.note_switched(card, at, by=by)

    def note_switched(self, card: ShopCard, at: str, *, by: str) -> None:
        """Remember since when (UTC, ISO 8601) the card is enabled, or switched off, and who did it."""
        self._table.put({"PartitionKey": "switched", "RowKey": card.code, "enabled": card.enabled, "at": at, "by": by})

    def switched(self, card: ShopCard) -> tuple[str, str]:
        """Since when the card is enabled, or switched off, and who did it; "" where an earlier version switched it."""
        row = self._seen.get("switched", card.code)
        return (str(row["at"]), str(row.get("by", ""))) if row and row["enabled"] == card.enabled else ("", "")

    def removed(self, code: str) -> ShopCard | None:
        """The card as it was when it was removed; None if it is there, or never was."""
        row = self._table.get("removed", code) if _CODE.fullmatch(code) else None
        return stored(row) if row else None

    def was_removed(self, code: str) -> bool:
        """Whether there was a card of this code, also one that could not be read."""
        return _CODE.fullmatch(code) is not None and self._table.get("removed", code) is not None

    def forget_domains(self, code: str, *, but: str = "") -> None:
        """No store leads to this code any more, except this one."""
        for key in self._domains(code):
            if key != f"{but}|{code}":
                self._table.delete("domain", key)

    def remove(self, code: str) -> None:
        """Forget the card; what was synchronized stays, with it whose it is, and the store of the card leads to it."""

        def write() -> Sequence[Put]:
            row = self._table.get("shop", code) if _CODE.fullmatch(code) else None
            if row is None:
                raise _unknown(code)
            card = self.readable(code) or about_of(row)
            if card is not None:
                self.forget_domains(code, but=card.host)
            text = text_of(card) if card else row.get("card", "")
            self._table.put({"PartitionKey": "removed", "RowKey": code, "card": text})
            return [Put("delete", {"PartitionKey": "shop", "RowKey": code})]

        write_in_turn(self._table, "shop", write)

    def _put_back(self, code: str, row: Row | None) -> None:
        if row is None:
            self._table.delete("store", code)
        else:
            self._table.put(row)

    def _domains(self, code: str) -> list[str]:
        keys = [str(row["RowKey"]) for row in self._table.partition("domain")]
        return [key for key in keys if key.partition("|")[2] == code]


def version_of(card: ShopCard) -> str:
    """What tells one state of a card from every other."""
    return sha256(msgspec.json.encode(card)).hexdigest()[:32]


def _unknown(code: str) -> ConnectorError:
    return ConnectorError("shop-unknown", sentence("there is no shop {code}", code=repr(code[:50])))


def _changed(code: str, now: ShopCard | None) -> ConnectorError:
    return ConnectorError("shop-card-changed", sentence(
        "The card of shop {shop} is not as it was read." if now else "There is no card of shop {shop} any more.",
        shop=code))


def _store_at(card: ShopCard, row: Row | None) -> str:
    """The store that was read at an address, if that is the card's."""
    return str(row["store"]) if row and row["host"] == card.host else ""


def _read(code: str, fields: dict[str, Any]) -> ShopCard:
    if "shopify_url" not in fields:
        raise ConnectorError("shop-url-invalid", sentence("{setting} is not filled in", setting=caption("shopify_url")))
    try:
        card = msgspec.convert(fields | {"code": code}, ShopCard)
    except msgspec.ValidationError as error:
        raise ConnectorError("shop-card-invalid", misfit(error, sentence("the shop card"))) from error
    return msgspec.structs.replace(card, shopify_url=shop_url(card.shopify_url))


def shop_url(text: str) -> str:
    """The shop's permanent address as https://<name>.myshopify.com, or ConnectorError shop-url-invalid.

    Understands a bare domain, capital letters and an admin.shopify.com/store/<name> address.
    """
    trimmed = text.strip()
    invalid = ConnectorError("shop-url-invalid", sentence(
        "{text} is not an address under myshopify.com with https", text=repr(text[:80])))
    try:
        parts = urlsplit(trimmed if "://" in trimmed else f"https://{trimmed}")
    except ValueError:
        raise invalid from None
    host = (parts.hostname or "").lower()
    store = re.match(r"/store/([A-Za-z0-9][A-Za-z0-9-]*)(?:/|$)", parts.path)
    if host == "admin.shopify.com" and store:
        host = f"{store.group(1).lower()}.myshopify.com"
    if parts.scheme != "https" or parts.username or not DOMAIN.fullmatch(host):
        raise invalid
    return f"https://{host}"
