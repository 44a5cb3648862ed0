"""How one shop stands: whether it is synchronized, since when not, why, and what somebody would do now.

A shop is *running* while nothing keeps the next run from going through, *paused* where somebody wants it so, and *needs
you* where only a person helps. Another service that does not answer needs nobody until it has not for an hour; nor does
a run that should have begun. Runs that fail one after another are one failure: how long it lasts is what counts, and
the one that is just trying again says nothing until it has brought something. Border: storage only is asked.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from shared.access.connections import State as AccessState
from shared.clock import from_iso
from shared.connector import Connector
from shared.environment import Permitted
from shared.errors import ConnectorError, problem_of
from shared.ncrontab import WrongSchedule, next_occurrence, parse_schedule
from shared.problems import Fault
from shared.settings import SYNC_FUNCTION, SYNC_TIMER
from shared.shops.card import ShopCard
from shared.shops.store import UnreadableCard
from shared.stores.sync_runs import SyncRun
from shared.sync.shop_lease import is_taken
from shared.texts import Sentence, Text, as_said, sentence

PATIENCE = timedelta(hours=1)
"""How long another service may be away, or a run that is due not begin, until somebody should look at it."""


class ShopState(StrEnum):
    """Whether a shop is synchronized."""

    NEEDS_YOU = "needs-you"
    RUNNING = "running"
    PAUSED = "paused"


class Reason(StrEnum):
    """Why a shop is in its state."""

    ACCESS = "access"
    FAILED = "failed"
    WAITING = "waiting"
    SWITCHED_OFF = "switched-off"
    HTTP_REQUESTS = "http-requests"
    NO_RUN_BEGINS = "no-run-begins"
    UNDER_WAY = "under-way"
    SUCCEEDED = "succeeded"
    INTERRUPTED = "interrupted"
    NEVER_RAN = "never-ran"
    CARD_UNREADABLE = "card-unreadable"


class NextStep(StrEnum):
    """What somebody would do now."""

    REQUEST_ACCESS = "request-access"
    LOOK_AT_RUN = "look-at-run"
    ENABLE = "enable"
    ALLOW_HTTP_REQUESTS = "allow-http-requests"
    LOOK_AT_SCHEDULE = "look-at-schedule"
    SEE_SKIPPED = "see-skipped"
    SYNC_NOW = "sync-now"
    LOOK_AT_CARD = "look-at-card"


_NEXT_STEP = {
    Reason.ACCESS: NextStep.REQUEST_ACCESS, Reason.FAILED: NextStep.LOOK_AT_RUN,
    Reason.CARD_UNREADABLE: NextStep.LOOK_AT_CARD, Reason.SWITCHED_OFF: NextStep.ENABLE,
    Reason.HTTP_REQUESTS: NextStep.ALLOW_HTTP_REQUESTS, Reason.NO_RUN_BEGINS: NextStep.LOOK_AT_SCHEDULE,
}
_KEEPS_FROM_RUNNING = frozenset({
    Reason.ACCESS, Reason.SWITCHED_OFF, Reason.HTTP_REQUESTS, Reason.CARD_UNREADABLE})
_ENDED_WELL = {"interrupted": Reason.INTERRUPTED, "succeeded": Reason.SUCCEEDED}


class Standing(NamedTuple):
    """How a shop stands; times are UTC, ISO 8601.

    since    when what `reason` says began, or happened; "" where nobody knows
    problem  what is wrong, None where nothing is
    run      the run that is spoken of, None where there is none
    tried    when the last of the runs began that have failed since `since`; "" where it is the only one
    trying   whether one is under way that has brought nothing yet
    by       who switched off what is switched off; "" where nobody knows
    """

    state: ShopState
    reason: Reason
    since: str = ""
    problem: ConnectorError | None = None
    run: SyncRun | None = None
    tried: str = ""
    trying: bool = False
    by: str = ""

    @property
    def may_run(self) -> bool:
        """Whether a run that is started now can go through."""
        return self.reason not in _KEEPS_FROM_RUNNING

    def next_step(self, skips: bool) -> NextStep:
        """What somebody would do now, where records are skipped or not."""
        return _NEXT_STEP.get(self.reason, NextStep.SEE_SKIPPED if skips else NextStep.SYNC_NOW)


Access = tuple[dict[str, Any], str]
"""A shop's access as it is described, and since when it is not connected (AccessTokens.described_and_since)."""


def standing_of(
    connector: Connector, card: ShopCard | UnreadableCard, permitted: Permitted, access: Callable[[], Access]
) -> Standing:
    """How the shop stands now.

    permitted  whether the environment may make HTTP requests
    access     gives the shop's access: asked only where a run may begin
    """
    runs = connector.runs.latest(card.code, 2)
    latest = runs[0] if runs else None
    if isinstance(card, UnreadableCard):
        return Standing(ShopState.NEEDS_YOU, Reason.CARD_UNREADABLE, problem=card.problem, run=latest)
    if not card.enabled:
        at, by = connector.shops.switched(card)
        return Standing(ShopState.PAUSED, Reason.SWITCHED_OFF, at, run=latest, by=by)
    if not permitted.allowed:
        return Standing(ShopState.PAUSED, Reason.HTTP_REQUESTS, permitted.at, run=latest, by=permitted.by)
    described, at = access()
    may_since = (described["since"] or "", permitted.at)
    return _without_access(described, at, latest) or _by_its_runs(connector, card, runs, may_since)


def _without_access(access: dict[str, Any], at: str, latest: SyncRun | None) -> Standing | None:
    if access["state"] == AccessState.CONNECTED:
        return None
    problem = _problem(str(access["reason"] or "access-token-missing"), access["detail"] or "")
    return Standing(ShopState.NEEDS_YOU, Reason.ACCESS, at, problem, latest)


def _by_its_runs(connector: Connector, card: ShopCard, runs: list[SyncRun], may_since: Sequence[str]) -> Standing:
    trying = len(runs) == 2 and _is_under_way(runs[0]) and not _has_brought(runs[0])
    latest = runs[1] if trying and runs[1].state == "failed" else runs[0] if runs else None
    if latest is not None and latest.state == "failed":
        return _failed(connector, latest, trying)
    return _no_run_begins(connector, card, latest, may_since) or _as_it_went(latest)


def _failed(connector: Connector, latest: SyncRun, trying: bool) -> Standing:
    """Another service's failure passes by itself, as far as one can tell within an hour."""
    since = latest.failing_since or latest.started_at
    last = latest.ended_at if latest.repeats else latest.started_at
    passes = problem_of(latest.error_code).fault is Fault.OTHER_SERVICE
    waits = passes and connector.clock.now() - from_iso(since) < PATIENCE
    state, reason = (ShopState.RUNNING, Reason.WAITING) if waits else (ShopState.NEEDS_YOU, Reason.FAILED)
    problem = _problem(latest.error_code, latest.error_detail)
    return Standing(state, reason, since, problem, latest, last if last != since else "", trying)


def _no_run_begins(
    connector: Connector, card: ShopCard, latest: SyncRun | None, may_since: Sequence[str]
) -> Standing | None:
    """What keeps runs from beginning; None where nothing is known to. may_since: times from which on one could."""
    off = connector.settings.switched_off
    since = _last_sign(latest)
    if SYNC_FUNCTION in off:
        problem = ConnectorError("queue-switched-off", _said_off(SYNC_FUNCTION))
        return Standing(ShopState.PAUSED, Reason.NO_RUN_BEGINS, since, problem, latest)
    if SYNC_TIMER in off:
        problem = ConnectorError("schedule-switched-off", _said_off(SYNC_TIMER))
        return Standing(ShopState.PAUSED, Reason.NO_RUN_BEGINS, since, problem, latest)
    due = _overdue(connector, card, latest, may_since)
    if due is None:
        return None
    problem = ConnectorError("run-overdue", sentence(
        "By the schedule ({setting}) one should have begun at {time}.", setting="SYNC_SCHEDULE", time=due))
    return Standing(ShopState.NEEDS_YOU, Reason.NO_RUN_BEGINS, since, problem, latest)


def _problem(code: str, told: Text) -> ConnectorError:
    """What is stored of a problem, as one."""
    return ConnectorError(code, as_said(told) if isinstance(told, str) else told)


def _said_off(function: str) -> Sentence:
    return sentence("The setting {setting} is true.", setting=f"AzureWebJobs.{function}.Disabled")


def _overdue(
    connector: Connector, card: ShopCard, latest: SyncRun | None, may_since: Sequence[str]
) -> datetime | None:
    """When a run should have begun that has not for too long; None where none should.

    What the schedule could begin a run after: the last one, and whatever kept it from beginning any before.
    """
    settled, sign = connector.clock.now() - PATIENCE, _last_sign(latest)
    if (sign and from_iso(sign) > settled) or _somebody_is_at_it(connector, latest):
        return None
    signs = (sign, *may_since, connector.shops.switched(card)[0])
    known = [from_iso(one) for one in signs if one]
    if not known:
        return None
    try:
        due = next_occurrence(parse_schedule(connector.settings.sync_schedule), max(known))
    except WrongSchedule:
        return None
    return due if due <= settled else None


def _somebody_is_at_it(connector: Connector, latest: SyncRun | None) -> bool:
    if latest is None:
        return False
    return latest.state == "continuing" or (latest.state == "running" and is_taken(connector, latest.shop))


def _as_it_went(latest: SyncRun | None) -> Standing:
    if latest is None:
        return Standing(ShopState.RUNNING, Reason.NEVER_RAN)
    if _is_under_way(latest):
        return Standing(ShopState.RUNNING, Reason.UNDER_WAY, latest.started_at, run=latest)
    return Standing(ShopState.RUNNING, _ENDED_WELL[latest.state], _last_sign(latest), run=latest)


def _last_sign(run: SyncRun | None) -> str:
    return (run.ended_at or run.started_at) if run else ""


def _is_under_way(run: SyncRun) -> bool:
    return run.state in ("running", "continuing")


def _has_brought(run: SyncRun) -> bool:
    return any(counts.created or counts.updated for counts in run.counts.values())
