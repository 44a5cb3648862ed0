"""Queue: one shop's sync job, and the jobs that failed too often."""
from __future__ import annotations

import logging

import azure.functions as func
import msgspec

from functions.house import ready_connector
from shared import sync
from shared.telemetry import record

blueprint = func.Blueprint()


@blueprint.function_name("sync_job")
@blueprint.queue_trigger("message", queue_name="sync-jobs", connection="AzureWebJobsStorage")
def sync_job(message: func.QueueMessage) -> None:
    sync.run.run_sync(ready_connector(), sync.queue.job_in(message.get_body()))


@blueprint.function_name("sync_job_poison")
@blueprint.queue_trigger("message", queue_name="sync-jobs-poison", connection="AzureWebJobsStorage")
def sync_job_poison(message: func.QueueMessage) -> None:
    # Never raises: a poison queue has no poison queue of its own, and the schedule starts afresh anyway.
    logging.error("a sync job failed too often and was dropped: %s", message.get_body()[:500])
    record("poison", queue="sync-jobs", shop=_shop(message.get_body()))


def _shop(body: bytes) -> str:
    try:
        return sync.queue.job_in(body).shop
    except (ValueError, msgspec.MsgspecError):
        return ""
