"""The form of the shop card, sent as a browser does, and what is saved of it."""
from __future__ import annotations

import msgspec

from shared.shops.card_form import texts_of
from shared.shops.store import version_of
from tests.portal.served import Portal, page_of


def version(portal: Portal) -> str:
    return version_of(portal.house.connector.shops.get(portal.house.shop))


def save(portal: Portal, fields: dict[str, str], **more: str) -> tuple[int, str]:
    """Send the form as a browser does that shows it: everything, with these fields changed; status and page."""
    card = portal.house.connector.shops.get(portal.house.shop)
    visitor = portal.visitor()
    answer = visitor.post(f"{page_of(portal)}/card", {
        **texts_of(card), "card-version": version(portal), **fields, **more})
    return answer.status_code, answer.text


def saved(portal: Portal, field: str) -> object:
    return msgspec.to_builtins(portal.house.connector.shops.get(portal.house.shop))[field]
