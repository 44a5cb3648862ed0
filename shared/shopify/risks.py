"""How risky orders are: asked for apart, since only some shop cards want it, and only of new orders.

Source: Shopify's Admin schema 2026-10, Order.risk ("The risk assessments for this order") and RiskAssessmentResult.
An order whose risk Shopify cannot give is reported alone. Border: what Shopify says; what follows from it is
mapping/orders_to_import.py.
"""
from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from shared.json_text import decoded
from shared.misfits import misfit
from shared.shopify.client import ShopifyClient
from shared.shopify.isolating import in_parts
from shared.shopify.listing import IDS_PER_CALL, Named, kin, not_read
from shared.shopify.reading import listing
from shared.texts import Sentence, sentence


class _Assessment(msgspec.Struct, rename="camel"):
    risk_level: str


class _Risk(msgspec.Struct):
    assessments: list[_Assessment] = []


class _Assessed(msgspec.Struct):
    risk: _Risk | None = None


class Risks(NamedTuple):
    """By order: the level (HIGH, LOW, MEDIUM, NONE, PENDING) of every assessment, or a sentence why it is not known."""

    levels: dict[str, list[str]]
    lost: dict[str, Sentence]


def read_risks(client: ShopifyClient, ids: Sequence[str]) -> Risks:
    """The risk of these orders, [] for one without any assessment.

    Raises what ShopifyClient.ask raises of the whole service: of an order that the card wants assessed, no answer is
    none.
    """
    orders, risks = listing("orders"), Risks({id: [] for id in ids}, {})
    numbered = {orders.gid(id): id for id in ids}
    for start in range(0, len(ids), IDS_PER_CALL):
        isolated = in_parts(client, list(numbered)[start:start + IDS_PER_CALL], partial(_ask, client),
                            kin(client, orders))
        risks.lost.update({numbered[gid]: not_read(problem) for gid, problem in isolated.lost.items()})
        for gid, raw in isolated.found.items():
            try:
                risks.levels[numbered[gid]] = _levels(raw)
            except msgspec.DecodeError as error:
                risks.lost[numbered[gid]] = sentence(
                    "It has an unexpected form: {error}", error=misfit(error, sentence("the record")))
    return risks


def _ask(client: ShopifyClient, ids: list[str], most_tries: int | None) -> list[bytes | None]:
    return client.ask("order_risks", {"ids": ids}, type=Named, most_tries=most_tries).in_order_of(ids)


def _levels(raw: bytes | None) -> list[str]:
    order = decoded(raw, type=_Assessed) if raw else None
    return [one.risk_level for one in order.risk.assessments] if order and order.risk else []
