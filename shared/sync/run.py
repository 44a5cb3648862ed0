"""A sync run of one shop: who may start it, what it does, how it ends and hands over.

The queue message names the shop; the lease makes sure that one run at a time works on it. A run
out of time sends itself a message and goes on in a fresh invocation, on any instance.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

import msgspec

from shared.business_central.client import BusinessCentral
from shared.clock import from_iso, iso_exact
from shared.connector import Connector
from shared.errors import ConnectorError, ServiceUnavailable
from shared.journal.log_writer import LogWriter
from shared.shopify.client import ShopifyClient
from shared.shopify.isolating import check_service, is_a_records
from shared.shops.card import ShopCard
from shared.storage.lease import Lease
from shared.stores.links import Wish
from shared.stores.sync_runs import SyncRun
from shared.stores.synchronization_info import SynchronizationInfo
from shared.sync.back_fill import read_span
from shared.sync.changed import apply_changed
from shared.sync.context import JobContext, fingerprint, job_context
from shared.sync.deadline import Deadline, OutOfTime
from shared.sync.in_bulk import Waiting, abandon, pause
from shared.sync.job import Overruled, begin_type, pass_type, run_type, with_bounds
from shared.sync.outlook import Outlook
from shared.sync.payments import pass_payments, read_payments
from shared.sync.queue import SyncJob, check_ready, send
from shared.sync.record_type import AnyType, KeptType, RecordType, types_of
from shared.sync.shop_lease import ShopTaken, shop_lease
from shared.sync.type_telemetry import recorded_as
from shared.telemetry import about, record
from shared.texts import Text, as_said, sentence

BACK_FILL = "back-fill"
"""For the fingerprint: what was left out as history is decided again by a back-fill, once."""

_BETWEEN_PARTS = 15.0
"""Seconds that a back-fill leaves the shop to others before it goes on."""

_BESIDE_LANES = 2
"""Threads more than Business Central works for: while one keeps claims or links, another one's request is under way."""

_log = logging.getLogger(__name__)


def run_sync(connector: Connector, job: SyncJob) -> SyncRun | None:
    """Carry out one job; None when another run holds the shop, took it over, or a woken one finds nothing to do.

    Problems end up in the run's row, not in an exception: the next schedule continues. Only what
    nobody foresaw is raised after it was recorded, so that the queue counts it as a failure.
    """
    with about(shop=job.shop):
        return _run_alone(connector, job)


def _run_alone(connector: Connector, job: SyncJob) -> SyncRun | None:
    try:
        with shop_lease(connector, job.shop) as lease:
            if job.only_changed and not job.run and not _woken(connector, job.shop):
                return None
            if job.asked and not job.run:
                connector.asked_runs.begun(job.shop, job.types or connector.types.names)
            run = _begin(connector, job)
            if run is None:
                return None
            with about(run=run.id):
                _carry_out(connector, job, run, lease)
            if run.state == "running":
                return None
    except ShopTaken as taken:
        _log.info("shop %s: %s", job.shop, taken)
        if job.run:
            _continue_later(connector, job, taken)
        elif job.created_since:
            send(connector, job, taken.seconds_left(connector))
        elif job.only_changed:
            _postpone(connector, job, taken)
        elif job.asked:
            _take_turns(connector, job, taken)
        return None
    if run.state == "continuing":
        _hand_over(connector, job, run)
    return run


def _carry_out(connector: Connector, job: SyncJob, run: SyncRun, lease: Lease) -> None:
    try:
        _work(connector, job, run, lease)
    except ConnectorError as problem:
        _log.warning("run of %s ended: %s", job.shop, problem)
        if not connector.runs.is_running(run):
            return  # a worker that took over has written what became of it
        _end(connector, run, "failed", problem)
        connector.runs.fold(run)
        if problem.code == "reconnect-required":
            connector.tokens.refused(job.shop, problem)
    except Exception as error:
        unforeseen = ConnectorError("internal-error", as_said(f"{type(error).__name__}: {error}"))
        _end(connector, run, "failed", unforeseen)
        raise


def _woken(connector: Connector, shop: str) -> bool:
    """Whether there is something to do. A shop that may not run now keeps its rows for the run that may.

    So does one that was never synchronized: its orders would be parked for want of its products.
    """
    connector.waking.awake(shop)
    infos = connector.informations.of(shop)
    if not all(infos[type].last_sync_time for type in connector.types.brought):
        return False
    if not connector.shops.is_enabled(shop) or not connector.permission.allowed():
        return False
    return not connector.tokens.connections.paused(shop) and bool(connector.changed.types(shop))


def _postpone(connector: Connector, job: SyncJob, taken: ShopTaken) -> None:
    """Come again when the lease may be free: the run that holds it has perhaps read past our rows."""
    wait = taken.seconds_left(connector)
    connector.waking.postpone(job.shop, wait, lambda seconds: send(connector, job, seconds))


def _take_turns(connector: Connector, job: SyncJob, taken: ShopTaken) -> None:
    """Come again when the lease may be free: the run that holds it may be one of other types."""
    wait = taken.seconds_left(connector)
    connector.asked_runs.postponed(job.shop, job.types or connector.types.names, wait)
    send(connector, job, wait)


def _continue_later(connector: Connector, job: SyncJob, taken: ShopTaken) -> None:
    """A run that waits to go on waits until the lease may be free; one that somebody carries on needs no second one.

    Of a back-fill nothing but its message is left when its worker dies, so that waits for its end.
    """
    run = connector.runs.get(job.shop, job.run)
    if run.state == "continuing" or (run.created_since and run.state != "succeeded"):
        send(connector, job, taken.seconds_left(connector))


def _begin(connector: Connector, job: SyncJob) -> SyncRun | None:
    """The run, new or going on; None if another one has taken its place meanwhile, or it has come to its end."""
    if job.run:
        run = connector.runs.get(job.shop, job.run)
        if run.state == "succeeded" or (run.state == "interrupted" and not run.created_since):
            _log.info("shop %s: run %s is over (%s), nothing goes on", job.shop, run.id, run.state)
            return None
        if job.looks_at and job.looks_at != run.looks_at:
            _log.info("shop %s: somebody has looked for run %s meanwhile", job.shop, run.id)
            return None
        return connector.runs.go_on(run)
    types = job.types or (connector.types.brought if job.only_changed else connector.types.names)
    return connector.runs.begin(
        job.shop, list(types), _started_by(job), only_changed=job.only_changed,
        takes_over=not (job.only_changed or job.created_since), created=(job.created_since, job.created_until))


def _started_by(job: SyncJob) -> Text:
    """Who began it, and that it is a back-fill."""
    return sentence("{who}, back-fill", who=job.started_by) if job.created_since else job.started_by


def _work(connector: Connector, job: SyncJob, run: SyncRun, lease: Lease) -> None:
    card = connector.shops.get(job.shop)
    check_ready(connector, card)
    log = connector.log(card, run.id)
    try:
        state = _bring_up_to_date(connector, card, run, lease, log)
    finally:
        log.close()
        run.log_entries += log.written
        run.log_entries_lost += log.lost
    _end(connector, run, state, None)
    connector.tokens.worked(card.code)


def _bring_up_to_date(connector: Connector, card: ShopCard, run: SyncRun, lease: Lease, log: LogWriter) -> str:
    """Type by type; the state that the run has come to. A type that cannot be read ends the run as failed, after those
    that do not need it."""
    shopify, bc = connector.shopify(card, log), connector.business_central(card, log)
    meter = _Meter(run, shopify, bc, connector)

    def progress() -> None:
        log.flush(whole=True)
        meter.save()

    deadline = Deadline(connector.clock, connector.settings.time_budget_seconds)
    types, state = types_of(connector), "succeeded"
    failed, waiting = dict[str, ConnectorError](), set[str]()
    with (
        ThreadPoolExecutor(connector.settings.bc_concurrency + _BESIDE_LANES, thread_name_prefix="bc") as lanes,
        ExitStack() as ended,
    ):
        job = job_context(connector, card, run, lease, shopify, bc, lanes)
        outlook = Outlook(connector, card, run, shopify)
        ended.callback(outlook.close)
        ended.callback(_note_arrivals, connector, run, job.first_seen)
        _abandon_overruled(run, outlook, job)
        for type in run.types:
            if types.waits(type, {*failed, *waiting}):
                continue
            try:
                _bring_or_pass(type, connector, job, outlook, deadline, progress)
            except Waiting:
                waiting.add(type)
            except OutOfTime:
                state = "continuing"
                break
            except Overruled:
                _log.info("%s of %s was reset while it ran; the next run starts there", type, card.code)
            except ConnectorError as problem:
                connector.informations.note_outcome(card.code, type, problem.code)
                failed[type] = problem
                others = [other for other in _behind(type, run) if not types.waits(other, failed)]
                _check_others_go_on(problem, others, shopify)
            finally:
                meter.save()
    if failed and state == "succeeded":
        raise next(iter(failed.values()))
    if waiting and state == "succeeded":
        run.looks_at = iso_exact(connector.clock.now() + pause(iter(run.awaits.values()), connector.clock.now()))
        return "continuing"
    run.looks_at = ""
    return state


def _bring_or_pass(
    type: str, connector: Connector, job: JobContext, outlook: Outlook, deadline: Deadline,
    progress: Callable[[], None],
) -> None:
    """What is due of one type: where nothing changed since the last run, it is not read."""
    run, one = job.run, types_of(connector).by_name[type]
    with recorded_as(type, run, job.shopify, job.bc, connector.clock):
        unchanged = outlook.unchanged(type) if _reads_spans(run) else None
        info = unchanged or _information(connector, run, type, outlook)
        context = job._replace(
            card_fingerprint=fingerprint(job.card, BACK_FILL if run.created_since else info.first_began),
            history_before=from_iso(info.first_began), look_first=_trusts_no_links(info),
            wish=Wish.ALSO_HISTORY if run.created_since else Wish.NONE,
            in_bulk=connector.settings.bulk_operations and (bool(run.created_since) or _trusts_no_links(info)),
        )
        if unchanged is None:
            _bring_type(one, connector, info, context, deadline, progress, outlook)
        else:
            _pass_type(one, connector, info, context, deadline, outlook)


def _abandon_overruled(run: SyncRun, outlook: Outlook, job: JobContext) -> None:
    """Stop the operations that a reset has made useless."""
    for type, awaited in list(run.awaits.items()):
        if awaited.id != (run.bulk if run.created_since else outlook.infos[type].run_bulk):
            abandon(type, awaited, job)


def _note_arrivals(connector: Connector, run: SyncRun, first_seen: Mapping[str, int]) -> None:
    """For the overview's picture; a back-fill brings what arrived long ago."""
    type = types_of(connector).pictured
    count = first_seen.get(type, 0)
    if not count or run.created_since:
        return
    try:
        connector.arrivals.add(run.shop, type, count)
    except ServiceUnavailable as problem:
        _log.warning("how many %s arrived cannot be written down: %s", type, problem)


def _behind(type: str, run: SyncRun) -> Sequence[str]:
    return run.types[run.types.index(type) + 1 :]


def _check_others_go_on(problem: ConnectorError, others: Sequence[str], shopify: ShopifyClient) -> None:
    """Raise what concerns more than the records of one type, and what no other type would go on after."""
    if not others or not is_a_records(problem):
        raise problem
    check_service(shopify, problem)


def _bring_type(
    one: AnyType, connector: Connector, info: SynchronizationInfo, context: JobContext, deadline: Deadline,
    progress: Callable[[], None], outlook: Outlook,
) -> None:
    """Everything of one type that is due in this run."""
    if isinstance(one, KeptType):
        read_payments(one, one.rows(connector), info, context, connector.informations, deadline, progress, outlook)
        return
    if context.run.created_since:
        read_span(one, context, deadline, progress)
        return
    _apply_announced(one, connector, context, deadline, outlook)
    if not context.run.only_changed:
        run_type(one, info, context, connector.informations, deadline, progress, outlook)


def _pass_type(
    one: AnyType, connector: Connector, info: SynchronizationInfo, context: JobContext, deadline: Deadline,
    outlook: Outlook,
) -> None:
    """What is due in this run of a type of which nothing changed."""
    if isinstance(one, KeptType):
        pass_payments(one, one.rows(connector), info, context, outlook)
        return
    _apply_announced(one, connector, context, deadline, outlook)
    pass_type(one, info, context, deadline, outlook)


def _apply_announced(
    one: RecordType, connector: Connector, context: JobContext, deadline: Deadline, outlook: Outlook
) -> None:
    if one.name in outlook.announced:
        apply_changed(one, connector.changed, context, deadline)


def _reads_spans(run: SyncRun) -> bool:
    """Whether it reads what changed since the last run of each type."""
    return not (run.only_changed or run.created_since)


def _information(connector: Connector, run: SyncRun, type: str, outlook: Outlook) -> SynchronizationInfo:
    """The type's row, with the bounds of this run if it reads a span of time."""
    started = from_iso(run.started_at)
    if not _reads_spans(run):
        return connector.informations.begun(outlook.infos[type], started)
    overlap, reached = timedelta(seconds=connector.settings.overlap_seconds), partial(outlook.reached, type)
    if isinstance(types_of(connector).by_name[type], KeptType):
        return with_bounds(
            connector.informations, outlook.infos[type], now=started, reached=reached, overlap=overlap)
    return begin_type(connector.informations, run.shop, type, now=started, reached=reached, overlap=overlap)


def _trusts_no_links(info: SynchronizationInfo) -> bool:
    """Whether it is the first run, or one after a reset."""
    return bool(info.exact or not info.last_sync_time)


def _end(connector: Connector, run: SyncRun, state: str, problem: ConnectorError | None) -> None:
    run.state = state
    if state == "continuing":
        run.ended_at = ""
    else:
        run.ended_at, run.awaits, run.looks_at = iso_exact(connector.clock.now()), {}, ""
    if problem:
        run.note_failure(problem)
        run.failing_since = connector.runs.failing_since(run)
    record("run", state=state, started_by=str(run.started_by), code=run.error_code, detail=str(run.error_detail),
           seconds=run.seconds, clock_ahead=run.clock_ahead)
    connector.runs.save(run)


def _hand_over(connector: Connector, job: SyncJob, run: SyncRun) -> None:
    """Send the run its message; without one it has ended, and the next schedule goes on at its place.

    A back-fill may take hours: between its parts the shop is synchronized as ever.
    """
    try:
        if run.looks_at:
            wait = max((from_iso(run.looks_at) - connector.clock.now()).total_seconds(), 0)
            send(connector, msgspec.structs.replace(job, run=run.id, looks_at=run.looks_at), wait)
            return
        if run.created_since:
            send(connector, SyncJob(shop=job.shop, started_by="between parts of a back-fill"))
        onward = msgspec.structs.replace(job, run=run.id, looks_at="")
        send(connector, onward, _BETWEEN_PARTS if run.created_since else 0)
    except ServiceUnavailable as problem:
        _end(connector, run, "failed", problem)


class _Meter:
    """Adds what this invocation spent to the run's row, which earlier invocations wrote too."""

    def __init__(self, run: SyncRun, shopify: ShopifyClient, bc: BusinessCentral, connector: Connector) -> None:
        self._run, self._shopify, self._bc, self._connector = run, shopify, bc, connector
        self._before = msgspec.structs.replace(run)
        self._started = connector.clock.now()
        self._written = self._place()

    def save(self) -> None:
        """Note what the run has spent, and write its row if records were read since: what nothing came of is written
        at the end. So is a row that storage does not take now, or with the next page."""
        run, before, usage = self._run, self._before, self._shopify.usage
        run.seconds = before.seconds + (self._connector.clock.now() - self._started).total_seconds()
        run.shopify_calls = before.shopify_calls + usage.calls
        run.shopify_points = before.shopify_points + usage.actual_points
        run.throttled = before.throttled + usage.throttled
        run.bc_calls = before.bc_calls + self._bc.calls
        run.bc_writes = before.bc_writes + self._bc.writes
        run.clock_ahead |= self._connector.clock_ahead()
        if self._place() == self._written:
            return
        try:
            self._connector.runs.save(run)
            self._written = self._place()
        except ServiceUnavailable as problem:
            _log.warning("how far run %s has come cannot be written down: %s", run.id, problem)

    def _place(self) -> tuple[int, str, str]:
        """How many records were read, and where a back-fill stands."""
        return sum(counts.read for counts in self._run.counts.values()), self._run.cursor, self._run.bulk
