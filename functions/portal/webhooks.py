"""The page of a shop's webhook subscriptions, and their renewal."""
from __future__ import annotations

import azure.functions as func

from functions.http import Call
from functions.portal.cookie import Notice
from functions.portal.edge import Sent, Shown, page
from shared import admin

blueprint = func.Blueprint()


@blueprint.function_name("portal_webhooks")
@blueprint.route("portal/shops/{shop}/webhooks", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def show_subscriptions(call: Call) -> Shown:
    return Shown("webhooks.html", {"found": admin.webhooks.get_webhooks(call.connector, call.shop, call.language)})


@blueprint.function_name("portal_renew_webhooks")
@blueprint.route("portal/shops/{shop}/webhooks/renew", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@page
def renew_webhooks(call: Call) -> Sent:
    done = admin.webhooks.renew(call.connector, call.shop, by=call.by)
    return Sent(f"/portal/shops/{call.shop}/webhooks", Notice("webhooks-renewed", {
        "made": len(done.made), "removed": len(done.removed), "refused": len(done.refused)}))
