"""The page of one shop: how it stands, its card with its access, how far each type has come, and the card as a form.

The card is read once, beside whether calls may go out, and then all the rest side by side. Border: puts together what
the other modules say.
"""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import msgspec

from shared.admin.overview import ShopOverview, ask_of_shop, shop_overview
from shared.admin.shop_cards import CardForm, form_of
from shared.admin.shops import ShopView, view_of
from shared.admin.synchronization import InfoView, info_view
from shared.connector import Connector
from shared.telemetry import SIDE_BY_SIDE, beside


class ShopPage(msgspec.Struct, frozen=True, kw_only=True):
    """One shop for reading; types: in the order of a run."""

    shop: ShopOverview
    card: ShopView
    types: list[InfoView]
    form: CardForm


def look_at(connector: Connector, shop: str, language: str, form: CardForm | None = None) -> ShopPage:
    """As it is now, with this form of the card, or (None) the card as it is stored; ConnectorError shop-unknown,
    shop-card-unreadable."""
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="shop page") as lanes:
        permission = beside(lanes, connector.permission.stands)
        card = connector.shops.get(shop)
        access = beside(lanes, connector.tokens.described_and_since, card.code)
        company = beside(lanes, connector.shops.company_name, card)
        kept = ask_of_shop(connector, card, permission.result(), access.result, lanes)()
    return ShopPage(
        shop=shop_overview(card, kept, language),
        card=view_of(connector, card, access.result()[0], company.result()),
        types=[info_view(info) for info in kept.infos.values()], form=form or form_of(card))
