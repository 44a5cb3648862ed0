"""Timers: the incremental synchronization of every enabled shop, the nightly removal of old log entries, and the
report of how every shop stands."""
from __future__ import annotations

import logging

import azure.functions as func

from functions.house import ready_connector
from shared import sync

blueprint = func.Blueprint()


@blueprint.function_name("incremental_sync")
@blueprint.timer_trigger("timer", schedule="%SYNC_SCHEDULE%", run_on_startup=False, use_monitor=True)
def incremental_sync(timer: func.TimerRequest) -> None:
    shops = sync.queue.request_sync_of_all_shops(ready_connector())
    logging.info("synchronization queued for %d shops", len(shops))


@blueprint.function_name("purge_expired_logs")
@blueprint.timer_trigger("timer", schedule="%LOG_PURGE_SCHEDULE%", run_on_startup=False, use_monitor=True)
def purge_expired_logs(timer: func.TimerRequest) -> None:
    for purge in ready_connector().retention.remove_expired(by="schedule"):
        logging.info("%s up to %s removed: %d hours, %d days, %d entries",
                     purge.what, purge.before, purge.hours, purge.days, purge.entries)


@blueprint.function_name("report_health")
@blueprint.timer_trigger("timer", schedule="%HEALTH_SCHEDULE%", run_on_startup=False, use_monitor=True)
def report_health(timer: func.TimerRequest) -> None:
    from shared import health

    health.report_health(ready_connector())
