"""Runs for people: the list over all shops, one run with what its failure means, and whether it goes on."""
from __future__ import annotations

import statistics
from collections.abc import Iterable
from datetime import timedelta

import msgspec

from shared.admin.skipped import SkippedView, list_skipped
from shared.admin.web_client import NOWHERE, web_client
from shared.clock import from_iso
from shared.connector import Connector
from shared.errors import problem_of
from shared.problems import Fault, Told
from shared.stores.skipped_records import Wanted
from shared.stores.sync_runs import Counts, SyncRun

SHOWN = 50
"""Runs of the list."""

_LOOKED_THROUGH = 200
"""Runs before and after one that tell what is usual: one call of storage."""

_FEWEST = 3
"""So many runs make something usual."""

_RUNNING = ("running", "continuing")


class RunLine(msgspec.Struct, frozen=True, kw_only=True):
    """A run of the list, with its counts of all types together; `title` of what ended it, "" if nothing did."""

    run: SyncRun
    total: Counts
    seconds: float
    under_way: bool
    title: str


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to, or what is usual; pace: records a minute, None for a run that read none."""

    read: float | None
    applied: float | None
    skipped: float | None
    left_out: float | None
    points: float | None
    shopify_calls: float | None
    bc_calls: float | None
    seconds: float | None
    pace: float | None


class RunPage(msgspec.Struct, frozen=True, kw_only=True):
    """One run. skipped: the records that it was the last to skip, the first of them.

    problem  what ended it means; passes: nobody has to act, the next run goes on there
    mended_on  where in Business Central's web client that is mended, or its first page where the code says no page;
               "" where nothing failed, or there is no way
    usual  the medians of `compared` runs of its sort that went through and read something; None for fewer than _FEWEST
    """

    line: RunLine
    figures: Figures
    usual: Figures | None
    compared: int
    problem: Told | None
    passes: bool
    mended_on: str
    skipped: list[SkippedView]


def list_runs(connector: Connector, shop: str, language: str) -> list[RunLine]:
    """The latest runs of a shop, or ("") of every one, newest first; ConnectorError shop-unknown."""
    shops = [connector.shops.known(shop)] if shop else connector.shops.codes()
    runs = [run for code in shops for run in connector.runs.latest(code, SHOWN)]
    newest = sorted(runs, key=lambda run: run.started_at, reverse=True)[:SHOWN]
    return [_line(connector, run, language) for run in newest]


def look_at(connector: Connector, shop: str, run: str, language: str) -> RunPage:
    """One run; ConnectorError not-found."""
    found = connector.runs.get(shop, run)
    skipped = list_skipped(
        connector, shop, None, Wanted(dismissed=None, run=run), language=language, continuation="",
        limit=SHOWN).records
    problem = problem_of(found.error_code).told(language) if found.error_code else None
    like = [one for one in connector.runs.latest(shop, _LOOKED_THROUGH) if _is_like(one, found)]
    there = web_client(connector, connector.shops.readable(shop)) if found.error_code.startswith("bc-") else NOWHERE
    line, usual = _line(connector, found, language), [_figures(_line(connector, one, language)) for one in like]
    return RunPage(
        line=line, figures=_figures(line), usual=_medians(usual) if len(usual) >= _FEWEST else None,
        compared=len(usual), problem=problem, skipped=skipped, mended_on=there.mended(found.error_code) or there.home(),
        passes=bool(problem) and problem_of(found.error_code).fault is Fault.OTHER_SERVICE,
    )


def _is_like(one: SyncRun, run: SyncRun) -> bool:
    """Whether it tells what is usual for this run: of the same types and the same sort, and not for nothing."""
    sort = (one.types, one.only_changed, bool(one.created_since)) == (
        run.types, run.only_changed, bool(run.created_since))
    return sort and one.id != run.id and one.state == "succeeded" and any(c.read for c in one.counts.values())


def _figures(line: RunLine) -> Figures:
    run, total = line.run, line.total
    return Figures(
        read=total.read, applied=total.created + total.updated, skipped=total.refused, left_out=total.left_out,
        points=run.shopify_points,
        shopify_calls=run.shopify_calls, bc_calls=run.bc_calls, seconds=line.seconds,
        pace=60 * total.read / line.seconds if total.read and line.seconds > 0 else None,
    )


def _medians(figures: list[Figures]) -> Figures:
    return Figures(**{name: _median(getattr(one, name) for one in figures) for name in Figures.__struct_fields__})


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _line(connector: Connector, run: SyncRun, language: str) -> RunLine:
    figures = {name: sum(getattr(counts, name) for counts in run.counts.values()) for name in Counts.__struct_fields__}
    under_way = run.state in _RUNNING
    passed = connector.clock.now() - from_iso(run.started_at) if under_way else timedelta(seconds=run.seconds)
    title = problem_of(run.error_code).told(language).title if run.error_code else ""
    return RunLine(
        run=run, total=Counts(**figures), seconds=passed.total_seconds(), under_way=under_way, title=title)
