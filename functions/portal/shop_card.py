"""The shop card as a page: its fields as a form, a new card, and the removal of one."""
from __future__ import annotations

import azure.functions as func

from functions.http import Call
from functions.portal.cookie import Notice
from functions.portal.edge import Sent, Shown, page
from functions.portal.shop import page_of, shop_page
from shared.admin import shop_cards

blueprint = func.Blueprint()
_ANYBODY = func.AuthLevel.ANONYMOUS
_VERSION, _MORE = "card-version", "more-rows"


@blueprint.function_name("portal_save_card")
@blueprint.route("portal/shops/{shop}/card", methods=["POST"], auth_level=_ANYBODY)
@page
def save_card(call: Call) -> Sent | Shown:
    """Save the form of the card; or show it again with more rows, or with what has to be mended."""
    fields = dict(call.body)
    version, more = fields.pop(_VERSION, ""), fields.pop(_MORE, None)
    if more is not None:
        return shop_page(call, shop_cards.form_with(call.connector, call.shop, fields, version, more))
    form = shop_cards.save_form(call.connector, call.shop, fields, version, by=call.by)
    if form is None:
        return Sent(page_of(call), Notice("saved"))
    return shop_page(call, form, form.problem.problem.status if form.problem else 422)
