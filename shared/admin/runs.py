"""Runs for people: the list over all shops, one run with what its failure means, and whether it goes on."""
from __future__ import annotations

from datetime import timedelta

import msgspec

from shared.admin.skipped import SkippedView, list_skipped
from shared.clock import from_iso
from shared.connector import Connector
from shared.problems import CATALOGUE, Told
from shared.stores.sync_runs import Counts, SyncRun

SHOWN = 50
"""Runs of the list."""

_RUNNING = ("running", "continuing")


class RunLine(msgspec.Struct, frozen=True, kw_only=True):
    """A run of the list, with its counts of all types together; `title` of what ended it, "" if nothing did."""

    run: SyncRun
    total: Counts
    seconds: float
    under_way: bool
    title: str


class RunPage(msgspec.Struct, frozen=True, kw_only=True):
    """One run. problem: what ended it means; skipped: the records that it was the last to skip, the first of them."""

    line: RunLine
    problem: Told | None
    skipped: list[SkippedView]


def list_runs(connector: Connector, shop: str, language: str) -> list[RunLine]:
    """The latest runs of a shop, or ("") of every one, newest first; ConnectorError shop-unknown."""
    shops = [connector.shops.get(shop).code] if shop else [card.code for card in connector.shops.all()]
    runs = [run for code in shops for run in connector.runs.latest(code, SHOWN)]
    newest = sorted(runs, key=lambda run: run.started_at, reverse=True)[:SHOWN]
    return [_line(connector, run, language) for run in newest]


def look_at(connector: Connector, shop: str, run: str, language: str) -> RunPage:
    """One run; ConnectorError not-found."""
    found = connector.runs.get(shop, run)
    skipped = list_skipped(
        connector, shop, None, lambda one: one.run == run and not one.left_out, language=language, continuation="",
        limit=SHOWN).records
    problem = CATALOGUE[found.error_code].told(language) if found.error_code else None
    return RunPage(line=_line(connector, found, language), problem=problem, skipped=skipped)


def _line(connector: Connector, run: SyncRun, language: str) -> RunLine:
    figures = {name: sum(getattr(counts, name) for counts in run.counts.values()) for name in Counts.__struct_fields__}
    under_way = run.state in _RUNNING
    passed = connector.clock.now() - from_iso(run.started_at) if under_way else timedelta(seconds=run.seconds)
    title = CATALOGUE[run.error_code].told(language).title if run.error_code else ""
    return RunLine(
        run=run, total=Counts(**figures), seconds=passed.total_seconds(), under_way=under_way, title=title)
