"""Webhook subscriptions of one shop: compared with what is wanted, and repaired.

Source: Shopify, "WebhookSubscription" (Admin schema 2026-10). Shopify removes a subscription after eight failed
deliveries, so they are compared regularly. Only subscriptions to our own addresses are touched: another environment
may use the same app. A topic that Shopify refuses does not keep the others from being made.
"""
from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from shared.shopify.client import ShopifyClient
from shared.shopify.cursors import Trail
from shared.shopify.records import PageInfo
from shared.shopify.topics import enum_name
from shared.texts import sentence

MOST_PAGES = 100
"""Far more than one app's subscriptions fill."""

TAKEN = "already been taken"
"""In Shopify's words: somebody else made the same subscription in between."""


class Subscription(msgspec.Struct, frozen=True):
    """`topic` as GraphQL spells it, e.g. ORDERS_CREATE."""

    id: str
    topic: str
    uri: str


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison led to: topics, and for refused ones Shopify's sentence."""

    made: list[str] = []
    removed: list[str] = []
    refused: dict[str, str] = {}


class _Nodes(msgspec.Struct, rename="camel"):
    page_info: PageInfo
    nodes: list[Subscription]


class _Listed(msgspec.Struct):
    page: _Nodes


class _UserError(msgspec.Struct):
    message: str


class _Done(msgspec.Struct, rename="camel"):
    user_errors: list[_UserError]


class _Changed(msgspec.Struct):
    done: _Done


def subscriptions(client: ShopifyClient) -> Iterator[Subscription]:
    """All of this app's; raises what ShopifyClient.ask raises."""
    after: str | None = None
    trail = Trail(sentence("webhook subscriptions"), most=MOST_PAGES)
    while True:
        page = client.ask("webhook_subscriptions", {"after": after}, type=_Listed).page
        yield from page.nodes
        after = trail.next(page.page_info)
        if after is None:
            return


def repair(client: ShopifyClient, topics: Collection[str], uri: str, *, former: Collection[str] = ()) -> Repair:
    """Make what is missing and remove what is too much of the subscriptions to `uri`, an address or an ARN.

    Subscriptions to a `former` address of ours go too, each when the one that takes its place stands.
    """
    wanted = {enum_name(topic) for topic in topics}
    ours = [one for one in subscriptions(client) if one.uri == uri or one.uri in former]
    done = Repair()
    for topic in sorted(wanted - {one.topic for one in ours if one.uri == uri}):
        _note(done, done.made, topic, _ask(client, "webhook_subscription_create", {"topic": topic, "uri": uri}))
    for one in ours:
        if one.topic not in wanted or (one.uri != uri and one.topic not in done.refused):
            _note(done, done.removed, one.topic, _ask(client, "webhook_subscription_delete", {"id": one.id}))
    return done


def _ask(client: ShopifyClient, document: str, variables: dict[str, str]) -> str:
    """Shopify's refusal in one text; "" if it is done."""
    return "; ".join(error.message for error in client.ask(document, variables, type=_Changed).done.user_errors)


def _note(done: Repair, list_of_done: list[str], topic: str, refusal: str) -> None:
    if not refusal:
        list_of_done.append(topic)
    elif TAKEN not in refusal:
        done.refused[topic] = refusal
