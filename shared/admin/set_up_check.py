"""The set-up check, for people: each step with its result, what is wrong in their language, and where it is put right.

Nothing of a check is kept but its line in the audit: whether it holds, set_up_guide.py finds out from there. Border:
what is asked, and how, is to_business_central/set_up_check.py.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from shared.admin.overview import ProblemView, problem_told
from shared.admin.web_client import WebClient, web_client
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.problems import CATALOGUE
from shared.shops.named_field import field_named
from shared.texts import Sentence
from shared.to_business_central.orders.trials import OrderTrial
from shared.to_business_central.set_up_check import FIELD_OF_STEP, Finding, SetUpReport, check_set_up
from shared.to_business_central.set_up_steps import Step

OPERATION = "check_set_up"
"""What the audit calls it."""


class State(StrEnum):
    """What came of a step; nothing-to-ask: the shop card uses nothing of it."""

    GOOD = "good"
    MISSING = "missing"
    ADVICE = "advice"
    NOTHING_TO_ASK = "nothing-to-ask"
    NOT_ASKED = "not-asked"


class FindingView(Finding, frozen=True, kw_only=True):
    """A finding with what its code means; field: that of the shop card which it is about, "" where it is none.

    mended_on  the page of Business Central's web client where it is mended, its first one where neither code nor field
               says where; "" where there is no way to it
    """

    title: str
    fix: str
    fault: str
    field: str
    mended_on: str


class TrialView(OrderTrial, frozen=True, kw_only=True):
    """A trial; where it went wrong with what its code means."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    fix: str | msgspec.UnsetType = msgspec.UNSET
    fault: str | msgspec.UnsetType = msgspec.UNSET
    mended_on: str | msgspec.UnsetType = msgspec.UNSET


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A step and what came of it."""

    step: Step
    state: State


class SetUpView(msgspec.Struct, frozen=True, kw_only=True):
    """As SetUpReport (to_business_central/set_up_check.py), every step with what came of it."""

    shop: str
    ready: bool
    steps: list[StepView]
    countries: list[str]
    missing: list[FindingView]
    advice: list[FindingView]
    orders: list[TrialView]
    left_behind: list[Sentence]


class CheckLine(StepView, frozen=True, kw_only=True):
    """A step with what it found; orders: what it tried, of the step that tries orders."""

    findings: list[FindingView]
    orders: list[TrialView]


class CheckPage(msgspec.Struct, frozen=True, kw_only=True):
    """Every step; problem: why nothing could be asked; found: what came of it, None before.

    whole  whether every step was asked, so that `found.ready` says something about all of them
    """

    shop: str
    lines: list[CheckLine]
    found: SetUpView | None
    whole: bool
    problem: ProblemView | None


def check_shop_set_up(
    connector: Connector, shop: str, countries: Sequence[str] = (), steps: Sequence[Step] = (), *, language: str,
    by: str,
) -> SetUpView:
    """Try the set-up; ConnectorError as set_up_check.py. Nothing stays, but Business Central is written to."""
    with connector.operations.recorded(OPERATION, by=by, shop=shop) as operation:
        report = check_set_up(connector, shop, countries, steps)
        operation.after = {"ready": report.ready, "countries": report.countries, "whole": not (countries or steps)}
    return _view(report, language, web_client(connector, connector.shops.readable(shop)))


def not_checked(connector: Connector, shop: str) -> CheckPage:
    """The page before anything is asked; ConnectorError shop-unknown."""
    return _page(connector.shops.get(shop).code)


def check_page(connector: Connector, shop: str, steps: Sequence[Step], *, language: str, by: str) -> CheckPage:
    """The page of a check, also of one that could not be carried through; ConnectorError shop-unknown."""
    code = connector.shops.get(shop).code
    try:
        return _page(code, check_shop_set_up(connector, code, (), steps, language=language, by=by))
    except ConnectorError as problem:
        return _page(code, problem=problem_told(problem, language))


def _page(shop: str, found: SetUpView | None = None, problem: ProblemView | None = None) -> CheckPage:
    states = {one.step: one.state for one in found.steps} if found else {}
    findings = [*found.missing, *found.advice] if found else []
    lines = [CheckLine(
        step=step, state=states.get(step, State.NOT_ASKED), findings=[one for one in findings if one.step is step],
        orders=found.orders if found and step is Step.ORDERS else [],
    ) for step in Step]
    return CheckPage(shop=shop, lines=lines, found=found, whole=len(states) == len(Step), problem=problem)


def _view(report: SetUpReport, language: str, there: WebClient) -> SetUpView:
    return SetUpView(
        shop=report.shop, ready=report.ready, countries=report.countries, left_behind=report.left_behind,
        steps=[StepView(step=step, state=_state(step, report)) for step in report.steps],
        missing=_told(report.missing, language, there), advice=_told(report.advice, language, there),
        orders=[_trial(one, language, there) for one in report.orders],
    )


def _state(step: Step, report: SetUpReport) -> State:
    wrong_orders = step is Step.ORDERS and not all(one.right for one in report.orders)
    if step in report.idle:
        return State.NOTHING_TO_ASK
    if any(one.step is step for one in report.missing):
        return State.MISSING
    return State.ADVICE if wrong_orders or any(one.step is step for one in report.advice) else State.GOOD


def _told(findings: Iterable[Finding], language: str, there: WebClient) -> list[FindingView]:
    return [FindingView(**msgspec.structs.asdict(one), **_meaning(one.code, language), field=(field := _field(one)),
                        mended_on=there.mended(one.code) or ("" if field else there.home()))
            for one in findings]


def _field(one: Finding) -> str:
    return field_named(one.detail) or (FIELD_OF_STEP.get(one.step, "") if one.step else "")


def _trial(one: OrderTrial, language: str, there: WebClient) -> TrialView:
    meaning = _meaning(one.code, language) | {"mended_on": there.mended(one.code) or there.home()} if one.code else {}
    return TrialView(**msgspec.structs.asdict(one), **meaning)


def _meaning(code: str, language: str) -> dict[str, Any]:
    """What every view adds to a code."""
    return CATALOGUE[code].told(language)._asdict()
