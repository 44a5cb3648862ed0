"""Webhook subscriptions: the mutations that make, change and remove them, and the queries that list them.

Refusals stand in the words of recorded answers; the field is called ``callbackUrl`` even where the input
says ``uri``. The mandatory privacy topics are not in the topic enum: they belong to the app's configuration
(`apps`). Topics that only know JSON, beyond returns, are not told by any source; XML is refused everywhere,
because the simulated shop writes JSON only.
Source: Shopify Admin API: WebhookSubscription and its mutations. Border: sending is `deliveries`.
"""
from __future__ import annotations

import re
from typing import Any

from graphql import GraphQLEnumType, GraphQLSchema

from local.shopify.access import token_has
from local.shopify.addresses import PROJECT, TOPIC, address_problems, kind_of
from local.shopify.errors import FieldError
from local.shopify.execution import Execution, Resolver
from local.shopify.listings import Row
from local.shopify.lists import searched
from local.shopify.paging import Page, check_window, page_of
from local.shopify.plan import Field
from local.shopify.records import Record, gid
from local.shopify.schema import VERSION
from local.shopify.state import iso
from local.shopify.webhook_filter import filter_is_valid

SUBSCRIPTION_ID = re.compile(r"gid://shopify/WebhookSubscription/\d+")
NAME = re.compile(r"[\w-]+", re.ASCII)
NAME_FORMAT = "Name name field can only contain alphanumeric characters, underscores, and hyphens"
FILTER_WRONG = "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."
NOT_ALLOWED = "You cannot create a webhook subscription with the specified topic"
UNKNOWN = "Webhook subscription does not exist"
UserErrors = list[dict[str, Any]]


def create(run: Execution, record: Record, field: Field) -> Record:
    """webhookSubscriptionCreate."""
    arguments = run.arguments(field)
    return _created(run, field, arguments["topic"], _wanted(arguments["webhookSubscription"]), "callbackUrl")


def create_event_bridge(run: Execution, record: Record, field: Field) -> Record:
    """eventBridgeWebhookSubscriptionCreate (deprecated by Shopify)."""
    arguments = run.arguments(field)
    wanted = arguments["webhookSubscription"]
    return _created(run, field, arguments["topic"], {**wanted, "uri": wanted.get("arn") or ""}, "arn")


def create_pub_sub(run: Execution, record: Record, field: Field) -> Record:
    """pubSubWebhookSubscriptionCreate (deprecated by Shopify)."""
    arguments = run.arguments(field)
    wanted = arguments["webhookSubscription"]
    problems = _pub_sub_problems(wanted)
    return _answer(field, None, problems) if problems else _created(
        run, field, arguments["topic"], _pub_sub(wanted), "callbackUrl")


def update(run: Execution, record: Record, field: Field) -> Record:
    """webhookSubscriptionUpdate and its deprecated kin: what the input leaves out stays."""
    arguments = run.arguments(field)
    found = _own(run, arguments["id"])
    if found is None:
        return _answer(field, None, [_error(["id"], UNKNOWN)])
    given = arguments["webhookSubscription"]
    if field.name.startswith("pubSub"):
        problems = _pub_sub_problems(given)
        if problems:
            return _answer(field, None, problems)
        given = _pub_sub(given)
    wanted = _wanted({**given, "uri": given["arn"]} if "arn" in given else given)
    return _saved(run, field, {**found, **wanted}, found, "arn" if "arn" in given else "callbackUrl")


def delete(run: Execution, record: Record, field: Field) -> Record:
    """webhookSubscriptionDelete."""
    reference = run.arguments(field)["id"]
    if _own(run, reference) is None:
        return {"__typename": field.named.name, "deletedWebhookSubscriptionId": None,
                "userErrors": [_error(["id"], UNKNOWN)]}
    del run.state.subscriptions[reference]
    return {"__typename": field.named.name, "deletedWebhookSubscriptionId": reference, "userErrors": []}


def single(run: Execution, record: Record, field: Field) -> Record | None:
    """webhookSubscription(id:)."""
    reference = run.arguments(field)["id"]
    if not SUBSCRIPTION_ID.fullmatch(reference):
        raise FieldError("invalid id", "RESOURCE_NOT_FOUND")
    return _own(run, reference)


def listing(run: Execution, record: Record, field: Field) -> Page:
    """webhookSubscriptions: filtered by topics, format, address and search."""
    arguments = run.arguments(field)
    check_window(arguments.get("first"), arguments.get("last"), needed=True)
    found = _rows(run, field, arguments)
    by_time = arguments.get("sortKey") == "CREATED_AT"
    keyed = [((row.spec["created_at"] if by_time else f"{row.number:020d}", row.number), row) for row in found]
    keyed.sort(key=lambda item: item[0], reverse=bool(arguments.get("reverse")))
    page = page_of([row.record for _, row in keyed], [key for key, _ in keyed], arguments)
    return Page(page.items, page.keys, page.has_next, page.has_previous)


def count(run: Execution, record: Record, field: Field) -> Record:
    """webhookSubscriptionsCount."""
    return {"count": len(_rows(run, field, {})), "precision": "EXACT"}


def _rows(run: Execution, field: Field, arguments: dict[str, Any]) -> list[Row]:
    address = arguments.get("uri") or arguments.get("callbackUrl")
    topics, kind = arguments.get("topics"), arguments.get("format")
    rows = [Row(int(r["legacyResourceId"]), {"created_at": r["createdAt"], "updated_at": r["updatedAt"]}, r)
            for r in run.state.subscriptions.values() if r["app"] == run.token.app
            and (not address or r["uri"] == address) and (not topics or r["topic"] in topics)
            and (not kind or r["format"] == kind)]
    return [row for _, row in searched(run, field, [(("", row.number), row) for row in rows])]


def _own(run: Execution, reference: str) -> Record | None:
    found = run.state.subscriptions.get(reference)
    return found if found and found["app"] == run.token.app else None


# -- saving -----------------------------------------------------------------------

def _created(run: Execution, field: Field, topic: str, wanted: Record, address_field: str) -> Record:
    needed = topic_scopes(run.schema.graphql, topic)
    if needed and not token_has(run.token.scopes, needed):
        return _answer(field, None, [_error(["topic"], NOT_ALLOWED)])
    now, number = iso(run.now), run.state.next_subscription()
    draft: Record = {
        "__typename": "WebhookSubscription", "id": gid("WebhookSubscription", number),
        "legacyResourceId": str(number), "app": run.token.app, "topic": topic, "format": "JSON", "uri": "",
        "includeFields": [], "metafieldNamespaces": [], "metafields": [], "filter": None, "name": None,
        "createdAt": now, "updatedAt": now,
        "apiVersion": {"__typename": "ApiVersion", "handle": VERSION, "displayName": f"{VERSION} (Latest)",
                       "supported": True}}
    return _saved(run, field, {**draft, **wanted}, None, address_field)


def topic_scopes(schema: GraphQLSchema, topic: str) -> frozenset[str]:
    """The scopes of which the topic's description asks one at least; empty if it names none."""
    topics = schema.type_map["WebhookSubscriptionTopic"]
    assert isinstance(topics, GraphQLEnumType)
    return frozenset(re.findall(r"read_\w+", topics.values[topic].description or ""))


def _saved(run: Execution, field: Field, draft: Record, before: Record | None, address_field: str) -> Record:
    problems = _problems(run, draft, address_field)
    if problems:
        return _answer(field, None, problems)
    number = run.state.app_number(run.token.app)
    draft = {**draft, **_destination(draft["uri"]), "updatedAt": iso(run.now), "metafieldNamespaces": [
        re.sub(r"^\$app:?", f"app--{number}--", name).removesuffix("--") for name in draft["metafieldNamespaces"]]}
    run.state.subscriptions[draft["id"]] = draft
    return _answer(field, draft, [])


def _wanted(given: Record) -> Record:
    """The input with its two names for the address made one, and nulls for lists made empty."""
    wanted = {k: v for k, v in given.items() if k not in ("callbackUrl", "arn", "pubSubProject", "pubSubTopic")}
    if "uri" not in wanted and "callbackUrl" in given:
        wanted["uri"] = given["callbackUrl"] or ""
    if wanted.get("format") is None:
        wanted.pop("format", None)
    for name in ("includeFields", "metafieldNamespaces", "metafields"):
        if name in wanted:
            wanted[name] = wanted[name] or []
    return wanted


def _destination(uri: str) -> Record:
    """The deprecated ways to show an address."""
    kind = kind_of(uri)
    if kind == "eventbridge":
        return {"callbackUrl": "https://eventbridge.arn",
                "endpoint": {"__typename": "WebhookEventBridgeEndpoint", "arn": uri}}
    if kind == "pubsub":
        project, _, topic = uri.removeprefix("pubsub://").partition(":")
        return {"callbackUrl": "https://eventbridge.arn", "endpoint": {
            "__typename": "WebhookPubSubEndpoint", "pubSubProject": project, "pubSubTopic": topic}}
    return {"callbackUrl": uri, "endpoint": {"__typename": "WebhookHttpEndpoint", "callbackUrl": uri}}


# -- refusing ----------------------------------------------------------------------

def _problems(run: Execution, draft: Record, address_field: str) -> UserErrors:
    state, uri = run.state, draft["uri"] or ""
    messages = address_problems(uri, state.app_number(run.token.app), allow_loopback=state.allow_loopback)
    if not messages and any(r["uri"] == uri and r["topic"] == draft["topic"] and r["app"] == draft["app"]
                            and r["id"] != draft["id"] for r in state.subscriptions.values()):
        messages = ["Address for this topic has already been taken"]
    problems = [_error(["webhookSubscription", address_field], message) for message in messages]
    problems += [_error(["webhookSubscription", "format"], m) for m in _format_problems(draft)]
    problems += [_error(["webhookSubscription", "name"], m) for m in _name_problems(draft["name"])]
    if draft["filter"] and not filter_is_valid(draft["filter"]):
        problems.append(_error(["webhookSubscription"], FILTER_WRONG))
    return problems


def _format_problems(draft: Record) -> list[str]:
    if (draft["format"] or "JSON") != "XML":
        return []
    if kind_of(draft["uri"]) != "http":
        return ["Format can only be used with format: 'json'"]
    return ["Format 'xml' is invalid for this webhook topic. Allowed formats: json"]


def _name_problems(name: str | None) -> list[str]:
    if name is None:
        return []
    problems = [] if name else ["Name is too short (minimum is 1 character)"]
    return problems if NAME.fullmatch(name) else [*problems, NAME_FORMAT]


def _pub_sub(wanted: Record) -> Record:
    return _wanted({**wanted, "uri": f"pubsub://{wanted['pubSubProject']}:{wanted['pubSubTopic']}"})


def _pub_sub_problems(wanted: Record) -> UserErrors:
    if not PROJECT.fullmatch(wanted["pubSubProject"]):
        return [_error(["webhookSubscription", "pubSubProject"], "Google Cloud Pub/Sub project ID is not valid")]
    if not TOPIC.fullmatch(wanted["pubSubTopic"]):
        return [_error(["webhookSubscription", "pubSubTopic"], "Google Cloud Pub/Sub topic ID is not valid")]
    return []


def _error(field: list[str], message: str) -> dict[str, Any]:
    return {"__typename": "UserError", "field": field, "message": message}


def _answer(field: Field, subscription: Record | None, problems: UserErrors) -> Record:
    return {"__typename": field.named.name, "webhookSubscription": subscription, "userErrors": problems}


SUBSCRIPTION_RESOLVERS: dict[tuple[str, str], Resolver] = {
    ("QueryRoot", "webhookSubscription"): single,
    ("QueryRoot", "webhookSubscriptions"): listing,
    ("QueryRoot", "webhookSubscriptionsCount"): count,
    ("Mutation", "webhookSubscriptionCreate"): create,
    ("Mutation", "eventBridgeWebhookSubscriptionCreate"): create_event_bridge,
    ("Mutation", "pubSubWebhookSubscriptionCreate"): create_pub_sub,
    ("Mutation", "webhookSubscriptionUpdate"): update,
    ("Mutation", "eventBridgeWebhookSubscriptionUpdate"): update,
    ("Mutation", "pubSubWebhookSubscriptionUpdate"): update,
    ("Mutation", "webhookSubscriptionDelete"): delete,
}
