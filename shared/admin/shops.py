"""Shop cards: list and show them, save, remove, forget what was synchronized."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from shared.admin.connections import ask_for_company
from shared.admin.web_client import web_client
from shared.clock import iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shops.card import LoggingMode, ShopCard
from shared.shops.logging_time import with_logging_time
from shared.shops.store import UnreadableCard, version_of
from shared.stores.kept import Kept, number_of_links
from shared.stores.operations import Operation
from shared.sync import forgetting
from shared.texts import Text, sentence
from shared.webhooks.subscriptions import follow_card


class ShopView(ShopCard, frozen=True, kw_only=True):
    """The card, and what holds for it now. access: AccessTokens.described, never a token; version: version_of.

    company_name     of the card's company, "" while Business Central was not asked for it
    company_address  of the company in Business Central's web client, "" where there is no way to it
    """

    version: str
    company_name: str
    company_address: str
    has_access_key: bool
    access: dict[str, Any]
    logging_mode_in_force: LoggingMode


class UnreadableShop(msgspec.Struct, frozen=True, kw_only=True):
    """A shop whose card cannot be read, and why; host: "" where that of its store cannot be read either."""

    code: str
    host: str
    error_code: str
    error_detail: Text


class RemovalView(msgspec.Struct, frozen=True, kw_only=True):
    """links: how many records are linked with Business Central, and stay so."""

    shop: str
    host: str
    enabled: bool
    has_access_key: bool
    links: int


class LinksForgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop has no more: how many rows of each; `purge` is the number of the entry in the book of purges."""

    shop: str
    by: str
    at: str
    purge: str
    removed: Kept


def list_shops(connector: Connector) -> list[ShopView | UnreadableShop]:
    """Every shop, by code."""
    return [_view(connector, card) if isinstance(card, ShopCard) else _unreadable(card)
            for card in connector.shops.each()]


def get_shop(connector: Connector, shop: str) -> ShopView:
    """One shop; ConnectorError shop-unknown, shop-card-unreadable."""
    return _view(connector, connector.shops.get(shop))


def save_shop(
    connector: Connector, shop: str, fields: dict[str, Any], *, by: str, version: str | None = None
) -> ShopView:
    """Create the card, or change these fields, of this version of it; ConnectorError as Shops.save."""
    with connector.operations.recorded("save_shop", by=by, shop=shop) as operation:
        before = connector.shops.find(shop)
        _wanted(operation, fields)
        changes = with_logging_time(fields, before, connector.clock.now())
        before, card = connector.shops.change(shop, changes, version=version)
        operation.changed(_fields(before), _fields(card))
        if before is None or before.enabled != card.enabled:
            connector.shops.note_switched(card, iso(connector.clock.now()), by=by)
        follow_card(connector, card.code)
    return _view(connector, card)


def create_shop(connector: Connector, shop: str, shopify_url: str, *, by: str) -> ShopView:
    """A new card, not enabled; ConnectorError shop-code-taken, and as save_shop."""
    if connector.shops.find(shop) is not None:
        raise ConnectorError("shop-code-taken", sentence("there is a shop with the code {code} already", code=shop))
    return save_shop(connector, shop, {"shopify_url": shopify_url, "enabled": False}, by=by, version="")


def switch_shop(connector: Connector, shop: str, enabled: bool, *, by: str) -> ShopView:
    """Let the schedule synchronize a shop, or leave it alone; ConnectorError as save_shop."""
    return save_shop(connector, connector.shops.get(shop).code, {"enabled": enabled}, by=by)


def choose_logging(connector: Connector, shop: str, mode: str, hours: int | None, *, by: str) -> ShopView:
    """What is logged of a shop's calls; All for so many hours, or (None) without end. ConnectorError as save_shop."""
    ends = iso(connector.clock.now() + timedelta(hours=hours)) if hours and mode == LoggingMode.ALL else ""
    changes = {"logging_mode": mode, "logging_mode_until": ends}
    return save_shop(connector, connector.shops.get(shop).code, changes, by=by)


def choose_company(connector: Connector, shop: str, company: str, *, by: str, version: str | None = None) -> ShopView:
    """The card is about this company of Business Central, by its id; ConnectorError as save_shop."""
    save_shop(connector, connector.shops.get(shop).code, {"company_id": company}, by=by, version=version)
    card = connector.shops.get(shop)
    ask_for_company(connector, card)
    return _view(connector, card)


def removal_of(connector: Connector, shop: str) -> RemovalView:
    """What the removal of a card takes and what it leaves; ConnectorError shop-unknown."""
    if shop not in connector.shops.codes():
        connector.shops.get(shop)
    return RemovalView(
        shop=shop, host=connector.shops.store_of(shop) or shop, enabled=connector.shops.is_enabled(shop),
        has_access_key=connector.tokens.has_access_key(shop), links=number_of_links(connector.storage, shop))


def remove_shop(connector: Connector, shop: str, *, by: str) -> None:
    """Forget the card and its access; what was synchronized stays. ConnectorError shop-unknown where there never was
    one; one that somebody has removed already is removed."""
    if shop not in connector.shops.codes() and connector.shops.was_removed(shop):
        return
    with connector.operations.recorded("remove_shop", by=by, shop=shop) as operation:
        before = connector.shops.readable(shop)
        connector.shops.remove(shop)
        connector.tokens.forget(shop)
        operation.changed(_fields(before), {})


def forget_links(connector: Connector, shop: str, confirm: int | None, *, by: str) -> LinksForgotten:
    """Forget links, times and skipped records; ConnectorError as sync/forgetting.py."""
    with connector.operations.recorded("forget_links", by=by, shop=shop) as operation:
        purge, kept = forgetting.forget_links(connector, shop, confirm, by=by)
        operation.changed(msgspec.to_builtins(kept), {})
        if connector.shops.find(shop) is not None:
            follow_card(connector, shop)
    return LinksForgotten(shop=shop, by=purge.by, at=purge.ended_at, purge=purge.id, removed=kept)


def _view(connector: Connector, card: ShopCard) -> ShopView:
    return view_of(connector, card, connector.tokens.described(card.code), connector.shops.company_name(card))


def view_of(connector: Connector, card: ShopCard, access: dict[str, Any], name: str) -> ShopView:
    """The card for reading, with the shop's access and the name of its company; storage is not asked."""
    return ShopView(
        **msgspec.structs.asdict(card), has_access_key=bool(access["has_access_key"]), access=access,
        logging_mode_in_force=card.logging_mode_at(connector.clock.now()), version=version_of(card),
        company_name=name, company_address=web_client(connector, card, name).home(),
    )


def _unreadable(card: UnreadableCard) -> UnreadableShop:
    return UnreadableShop(
        code=card.code, host=card.host, error_code=card.problem.code, error_detail=card.problem.sentence)


def _wanted(operation: Operation, fields: dict[str, Any]) -> None:
    """A card that is refused is told by the fields it was to get: what stands in them may be anything."""
    operation.after = dict.fromkeys(sorted(fields), "…")


def _fields(card: ShopCard | None) -> dict[str, Any]:
    return msgspec.to_builtins(card) if card else {}
