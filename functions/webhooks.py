"""HTTP: where Shopify delivers its webhooks, and what came of privacy requests. Queue: the commands among them,
and those that failed too often. Timers: repair of the subscriptions, and the queue of Amazon EventBridge.

The intake is anonymous: Shopify's signature over the raw body stands in for a key. A body of a stranger never
causes more than a 4xx; only storage that does not answer is a 5xx, and then Shopify delivers again. It does not ask
whose layout storage has: a notice is kept, and whoever can read it acts on it.
"""
from __future__ import annotations

import logging

import azure.functions as func

from functions.house import connector, ready_connector
from functions.http import Answer, Call, Download, edge, edge_of
from functions.roles import needs
from shared import admin, webhooks
from shared.telemetry import record

blueprint = func.Blueprint()


@blueprint.function_name("shopify_webhook")
@blueprint.route("api/webhooks/shopify", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@edge_of(raw=True, whatever_layout=True)
@needs(None)
def shopify_webhook(call: Call) -> Answer:
    webhooks.intake.receive(call.connector, call.request.headers, call.request.get_body())
    return Answer(None)


@blueprint.function_name("show_webhooks")
@blueprint.route("api/webhooks", methods=["GET"])
@edge
def show_webhooks(call: Call) -> Answer:
    return Answer({"refused": admin.privacy.refused_deliveries(call.connector)})


@blueprint.function_name("show_webhook_subscriptions")
@blueprint.route("api/shops/{shop}/webhooks", methods=["GET"])
@edge
def show_webhook_subscriptions(call: Call) -> Answer:
    return Answer(admin.webhooks.get_webhooks(call.connector, call.shop, call.language))


@blueprint.function_name("renew_webhook_subscriptions")
@blueprint.route("api/shops/{shop}/webhooks/renew", methods=["POST"])
@edge
def renew_webhook_subscriptions(call: Call) -> Answer:
    return Answer(admin.webhooks.renew(call.connector, call.shop, by=call.by))


@blueprint.function_name("list_privacy_requests")
@blueprint.route("api/privacy-requests", methods=["GET"])
@edge
def list_privacy_requests(call: Call) -> Answer:
    return Answer(admin.privacy.list_requests(call.connector))


@blueprint.function_name("confirm_erasure")
@blueprint.route("api/privacy-requests/{shop}/{id}/confirm", methods=["POST"])
@edge
def confirm_shop_erasure(call: Call) -> Answer:
    admin.privacy.confirm_erasure(call.connector, call.path["shop"], call.path["id"], by=call.by)
    return Answer({"queued": True}, 202)


@blueprint.function_name("download_privacy_export")
@blueprint.route("api/privacy-requests/{shop}/{id}/export", methods=["GET"])
@edge
def download_privacy_export(call: Call) -> Download:
    return Download(*admin.privacy.read_file(call.connector, call.path["shop"], call.path["id"]))


@blueprint.function_name("repair_subscriptions")
@blueprint.timer_trigger("timer", schedule="%SUBSCRIPTION_SCHEDULE%", run_on_startup=False, use_monitor=True)
def repair_subscriptions(timer: func.TimerRequest) -> None:
    shops = webhooks.subscriptions.follow_all_cards(ready_connector())
    logging.info("comparison of webhook subscriptions queued for %d shops", len(shops))


@blueprint.function_name("drain_event_queue")
@blueprint.timer_trigger("timer", schedule="%EVENT_QUEUE_SCHEDULE%", run_on_startup=False, use_monitor=True)
def drain_event_queue(timer: func.TimerRequest) -> None:
    drained = webhooks.draining.drain(ready_connector())
    if any(drained):
        logging.info("event queue: %d taken in, %d stay", drained.taken, drained.left)


@blueprint.function_name("webhook_command")
@blueprint.queue_trigger("message", queue_name="webhook-commands", connection="AzureWebJobsStorage")
def webhook_command(message: func.QueueMessage) -> None:
    webhooks.command_handlers.carry_out(ready_connector(), webhooks.commands.command_in(message.get_body()))


@blueprint.function_name("webhook_command_poison")
@blueprint.queue_trigger("message", queue_name="webhook-commands-poison", connection="AzureWebJobsStorage")
def webhook_command_poison(message: func.QueueMessage) -> None:
    # Never raises: a poison queue has no poison queue of its own. Nothing of the person is logged.
    shop = ""
    try:
        command = webhooks.commands.command_in(message.get_body())
        shop = command.shop
        webhooks.command_handlers.give_up(connector(), command)
    except Exception:
        logging.exception("a webhook command that failed too often could not be noted either")
    record("poison", queue="webhook-commands", shop=shop)
