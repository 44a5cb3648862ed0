"""Webhook subscriptions of a shop: which topics Shopify tells, where to, what is missing and why; and their renewal.

Shopify is asked once and not waited for: where it does not answer, the page says so. Border: what is wanted and how it
is repaired, webhooks/subscriptions.py says.
"""
from __future__ import annotations

from typing import Literal

import msgspec

from shared.admin.overview import ProblemView, problem_told
from shared.admin.services import impatient
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.webhooks.subscriptions import Standing, renew_shop, standing

_RENEWED = "renew_webhook_subscriptions"


class TopicView(msgspec.Struct, frozen=True, kw_only=True):
    """One topic. address: where Shopify delivers it, "" while it does not.

    state   subscribed; elsewhere (at an address that was ours before); missing; scope (`why` says which access lacks);
            refused (`why` is Shopify's sentence at the last renewal); not-wanted (no card of the store is enabled)
    """

    topic: str
    state: Literal["subscribed", "elsewhere", "missing", "scope", "refused", "not-wanted"]
    address: str
    why: str


class WebhooksView(msgspec.Struct, frozen=True, kw_only=True):
    """address: where Shopify is to deliver, "" if it can reach us nowhere; problem: why Shopify could not be asked.

    refused_deliveries  UTC day -> how many deliveries at least had a wrong signature, of all shops together
    """

    shop: str
    address: str
    topics: list[TopicView]
    problem: ProblemView | None
    refused_deliveries: dict[str, int]

    @property
    def to_renew(self) -> int:
        """How many topics are not as they should be, and may be by renewing."""
        return sum(one.state in ("missing", "elsewhere", "refused") for one in self.topics)


class RenewedView(msgspec.Struct, frozen=True, kw_only=True):
    """Topics, as GraphQL spells them; of refused ones Shopify's sentence."""

    made: list[str]
    removed: list[str]
    refused: dict[str, str]


def get_webhooks(connector: Connector, shop: str, language: str) -> WebhooksView:
    """As Shopify has them now; nothing is raised where it cannot be asked."""
    card = connector.shops.get(shop)
    refused = dict(sorted(connector.refused.per_day().items(), reverse=True))
    found, problem = Standing(address="", topics=[]), None
    try:
        found = standing(impatient(connector, "shopify-unavailable"), card)
    except ConnectorError as why:
        problem = problem_told(why, language)
    sentences = _refused_last(connector, shop)
    topics = [_topic(one.topic, one.state, one.address, one.why, sentences) for one in found.topics]
    return WebhooksView(
        shop=shop, address=found.address, topics=topics, problem=problem, refused_deliveries=refused)


def renew(connector: Connector, shop: str, *, by: str) -> RenewedView:
    """Make what is missing, remove what is too much; ConnectorError as renew_shop."""
    with connector.operations.recorded(_RENEWED, by=by, shop=shop) as operation:
        done = renew_shop(connector, connector.shops.get(shop))
        operation.after = {"made": done.made, "removed": done.removed, "refused": done.refused}
    return RenewedView(made=done.made, removed=done.removed, refused=done.refused)


def _topic(topic: str, state: str, address: str, why: str, refused: dict[str, str]) -> TopicView:
    if state == "missing" and topic in refused:
        state, why = "refused", refused[topic]
    return msgspec.convert({"topic": topic, "state": state, "address": address, "why": why}, TopicView)


def _refused_last(connector: Connector, shop: str) -> dict[str, str]:
    """What Shopify refused at the last renewal by an operator, by topic."""
    last = connector.operations.page(shop=shop, operation=_RENEWED, size=1).operations
    refused = last[0].after.get("refused", {}) if last else {}
    return {topic: str(why) for topic, why in refused.items()} if isinstance(refused, dict) else {}
