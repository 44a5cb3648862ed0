"""Timers: the incremental synchronization of every enabled shop."""
from __future__ import annotations

import logging

import azure.functions as func

from shared.connector import connector
from shared.sync.run import request_sync_of_all_shops

blueprint = func.Blueprint()


@blueprint.function_name("incremental_sync")
@blueprint.timer_trigger("timer", schedule="%SYNC_SCHEDULE%", run_on_startup=False, use_monitor=True)
def incremental_sync(timer: func.TimerRequest) -> None:
    shops = request_sync_of_all_shops(connector())
    logging.info("synchronization queued for %d shops", len(shops))
