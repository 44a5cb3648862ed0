"""Is the other side there, and what has it to choose from: the connection of a shop is tested, its company is chosen.

Both sides are really asked, once, with what a run has: the shop's token, the sign-in to Business Central and the card's
company. Border: what a run needs beyond that (scopes, posting groups, accounts) is told by the set-up check.
"""
from __future__ import annotations

from collections.abc import Callable

import msgspec

from shared.admin.overview import ProblemView, problem_told
from shared.admin.services import impatient
from shared.admin.web_client import note_company
from shared.clock import iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shopify.shop_info import read_shop_info
from shared.shops.card import ShopCard
from shared.shops.card_identity import company_key
from shared.texts import Sentence, said, sentence


class CompanyView(msgspec.Struct, frozen=True, kw_only=True):
    """A company of Business Central; chosen: whether the card names it."""

    id: str
    name: str
    display_name: str
    chosen: bool


class SideView(msgspec.Struct, frozen=True, kw_only=True):
    """One side, "shopify" or "business-central": what it said, or the problem, both in the reader's language."""

    side: str
    works: bool
    said: str
    problem: ProblemView | None


class ConnectionView(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides of a shop's connection, as they answered at a moment, UTC, ISO 8601."""

    shop: str
    at: str
    sides: list[SideView]

    @property
    def works(self) -> bool:
        """Whether both do."""
        return all(one.works for one in self.sides)


def test_connection(connector: Connector, shop: str, language: str) -> ConnectionView:
    """Ask both sides; only ConnectorError shop-unknown is raised, everything else is told."""
    card = connector.shops.get(shop)
    return ConnectionView(shop=card.code, at=iso(connector.clock.now()), sides=[
        _side("shopify", lambda: _ask_shopify(connector, card), language),
        _side("business-central", lambda: _ask_business_central(connector, card), language),
    ])


def list_companies(connector: Connector, shop: str) -> list[CompanyView]:
    """What the card's company is chosen from, by name; ConnectorError as BusinessCentral.companies."""
    card = connector.shops.get(shop)
    client = connector.whole_business_central(card)
    try:
        rows = client.companies()
    finally:
        client.close()
    note_company(connector, card, rows)
    found = [CompanyView(
        id=str(row["id"]), name=str(row["name"]), display_name=str(row.get("displayName") or row["name"]),
        chosen=str(row["id"]).lower() == company_key(card)) for row in rows]
    return sorted(found, key=lambda one: one.name)


def ask_for_company(connector: Connector, card: ShopCard) -> None:
    """Have the name of a company that was just chosen, if Business Central says it; else it is told by a later test."""
    client = impatient(connector, "bc-unavailable").business_central(card)
    try:
        note_company(connector, card, client.companies())
    except ConnectorError:
        return
    finally:
        client.close()


def _side(name: str, ask: Callable[[], Sentence], language: str) -> SideView:
    try:
        answer = ask()
    except ConnectorError as problem:
        return SideView(side=name, works=False, said="", problem=problem_told(problem, language))
    return SideView(side=name, works=True, said=said(answer, language), problem=None)


def _ask_shopify(connector: Connector, card: ShopCard) -> Sentence:
    connector.tokens.check(card.code, card.host)
    client = impatient(connector, "shopify-unavailable").shopify(card)
    try:
        shop = read_shop_info(client).shop
    finally:
        client.close()
    return sentence("{name} answered, {host}, plan {plan}.", name=shop.name, host=shop.myshopify_domain,
                    plan=shop.plan.public_display_name)


def _ask_business_central(connector: Connector, card: ShopCard) -> Sentence:
    """Its companies are what any user may read; the settings of one need the permissions that a run needs."""
    patient = impatient(connector, "bc-unavailable")
    if not card.company_id:
        raise ConnectorError("bc-company-unknown", sentence("The shop card names no company yet."))
    client = patient.business_central(card)
    try:
        name = note_company(connector, card, client.companies())
        if not name:
            raise ConnectorError("bc-company-unknown", sentence(
                "Business Central has no company {id}.", id=card.company_id))
        next(client.rows("companyInformation", select="country"), None)
    finally:
        client.close()
    return sentence("Company {name} answered.", name=name)
