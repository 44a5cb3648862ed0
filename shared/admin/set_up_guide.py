"""The set-up guide: from an empty app to the first order in Business Central, what is done and what is next.

Everything is found out from what is kept, nothing is ticked off: a step that comes undone is to do again. Storage only
is asked, so the page is there while services are down. Border: `steps_of` decides, `guide` looks.
"""
from __future__ import annotations

from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from shared.access.connections import State as AccessState
from shared.admin.overview import ProblemView, problem_told, problem_view
from shared.admin.set_up_check import OPERATION
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shops.card import ShopCard
from shared.stores.links import LinkState
from shared.stores.operations import DONE
from shared.stores.sync_runs import SyncRun

_MOST_LINKS = 5000
"""Orders among which the first one in Business Central is looked for: five calls of storage."""

_LATEST = 20
"""Operations among which the set-up check is looked for, since the card was saved last."""


_ASIDE = {"enabled", "logging_mode", "logging_mode_until"}
"""Fields of the card that the check does not ask about."""


class Step(StrEnum):
    """The steps, in their order."""

    SETTINGS = "settings"
    HTTP_REQUESTS = "http-requests"
    SHOP_CARD = "shop-card"
    ACCESS = "access"
    COMPANY = "company"
    CHECK = "check"
    ENABLED = "enabled"
    RUN = "run"
    ORDER = "order"


class StepState(StrEnum):
    """later: not done, and another is before it; waits: nobody has to do anything for it."""

    DONE = "done"
    NEXT = "next"
    WAITS = "waits"
    LATER = "later"


class CheckState(StrEnum):
    """What is known of the set-up check: outdated says that the card was saved after it."""

    NEVER = "never"
    WRONG = "wrong"
    OUTDATED = "outdated"
    READY = "ready"


class Known(NamedTuple):
    """What was found out.

    settings  why access cannot be requested with the settings; None where it can
    shop      whether there is a card; everything after it is about this shop
    connected, refusal  its access to Shopify, and what ended it, if there was any
    run, failure  the state of the latest run, "" before the first one, and why it failed
    order     id of an order that is in Business Central, "" as long as there is none
    """

    settings: ProblemView | None
    http_requests: bool
    shop: bool = False
    company: bool = False
    connected: bool = False
    refusal: ProblemView | None = None
    check: CheckState = CheckState.NEVER
    enabled: bool = False
    run: str = ""
    failure: ProblemView | None = None
    order: str = ""


class GuideStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step; problem: what keeps it from being done, where that is more than that nobody has done it yet."""

    step: Step
    state: StepState
    problem: ProblemView | None = None


class Guide(msgspec.Struct, frozen=True, kw_only=True):
    """The steps of one shop, or (shop "") of an app without one; next: None once everything is done.

    host   of the shop; run: the latest, "" = none; order: Shopify's id of one in Business Central, "" = none
    """

    shop: str
    host: str
    done: int
    next: Step | None
    steps: list[GuideStep]
    check: CheckState
    run: str
    order: str


def steps_of(known: Known) -> list[GuideStep]:
    """Which steps are done; the first that is not is the next one."""
    done = {
        Step.SETTINGS: known.settings is None, Step.HTTP_REQUESTS: known.http_requests, Step.SHOP_CARD: known.shop,
        Step.ACCESS: known.connected, Step.COMPANY: known.company,
        Step.CHECK: bool(known.order) or known.check is CheckState.READY, Step.ENABLED: known.enabled,
        Step.RUN: bool(known.order) or known.run == "succeeded", Step.ORDER: bool(known.order),
    }
    problems = {Step.SETTINGS: known.settings, Step.ACCESS: known.refusal, Step.RUN: known.failure}
    following = next((step for step in Step if not done[step]), None)
    waits = following is Step.RUN and known.run in ("running", "continuing")
    states = {following: StepState.WAITS if waits else StepState.NEXT}
    return [GuideStep(
        step=step, state=StepState.DONE if done[step] else states.get(step, StepState.LATER),
        problem=None if done[step] else problems.get(step),
    ) for step in Step]


def guide(connector: Connector, shop: str, language: str) -> Guide:
    """Where the set-up of a shop stands; without one ("") that of the app. ConnectorError shop-unknown."""
    card = connector.shops.get(shop) if shop else None
    latest = next(iter(connector.runs.latest(card.code, 1)), None) if card else None
    known = _known(connector, card, latest, language)
    steps = steps_of(known)
    return Guide(
        shop=card.code if card else "", host=card.host if card else "", steps=steps, check=known.check,
        done=sum(one.state is StepState.DONE for one in steps),
        next=next((one.step for one in steps if one.state is not StepState.DONE), None),
        run=latest.id if latest else "", order=known.order,
    )


def _known(connector: Connector, card: ShopCard | None, latest: SyncRun | None, language: str) -> Known:
    known = Known(_settings(connector, language), connector.permission.allowed())
    if card is None:
        return known
    access: dict[str, Any] = connector.tokens.described(card.code)
    refused, detail = str(access["reason"] or ""), access["detail"] or ""
    return known._replace(
        shop=True, company=bool(card.company_id), connected=access["state"] == AccessState.CONNECTED,
        refusal=problem_view(refused, detail, language) if refused else None,
        check=_check(connector, card.code), enabled=card.enabled, run=latest.state if latest else "",
        failure=problem_view(latest.error_code, latest.error_detail, language)
        if latest and latest.state == "failed" else None,
        order=_order_in_business_central(connector, card.code),
    )


def _settings(connector: Connector, language: str) -> ProblemView | None:
    """The app does not start with other settings missing; those for requesting access it starts without."""
    try:
        connector.access_requests.check()
    except ConnectorError as problem:
        return problem_told(problem, language)
    return None


def _check(connector: Connector, shop: str) -> CheckState:
    """What the audit says of the last whole check, and of the card since."""
    saved = False
    for one in connector.operations.page(shop=shop, size=_LATEST).operations:
        if one.outcome == DONE and one.operation == OPERATION and one.after.get("whole"):
            state = CheckState.READY if one.after["ready"] else CheckState.WRONG
            return CheckState.OUTDATED if saved and state is CheckState.READY else state
        saved = saved or (one.outcome == DONE and one.operation == "save_shop" and bool(set(one.after) - _ASIDE))
    return CheckState.NEVER


def _order_in_business_central(connector: Connector, shop: str) -> str:
    links = connector.links(shop, "orders").beyond("")
    return next((one.id for one in islice(links, _MOST_LINKS)
                 if one.state is LinkState.APPLIED and one.bc_number and not one.deleted_at), "")
