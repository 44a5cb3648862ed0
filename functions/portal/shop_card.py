"""The shop card as a page: its fields as a form, its company, its connection, and its removal."""
from __future__ import annotations

from typing import Any

import azure.functions as func

from functions.http import Call
from functions.inputs import takes
from functions.portal.cookie import Notice
from functions.portal.edge import Sent, Shown, page
from functions.portal.forms import CompanyChosen
from functions.portal.shop import page_of, shop_page
from shared import admin
from shared.errors import ConnectorError

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
        return shop_page(call, admin.shop_cards.form_with(call.connector, call.shop, fields, version, more))
    form = admin.shop_cards.save_form(call.connector, call.shop, fields, version, by=call.by)
    if form is None:
        return Sent(page_of(call), Notice("saved"))
    return shop_page(call, form, form.problem.problem.status if form.problem else 422)


@blueprint.function_name("portal_removal")
@blueprint.route("portal/shops/{shop}/removal", methods=["GET"], auth_level=_ANYBODY)
@page
def ask_removal(call: Call) -> Shown:
    return Shown("shop-removal.html", {"removal": admin.shops.removal_of(call.connector, call.path["shop"])})


@blueprint.function_name("portal_remove_shop")
@blueprint.route("portal/shops/{shop}/removal", methods=["POST"], auth_level=_ANYBODY)
@page
def remove_shop(call: Call) -> Sent:
    admin.shops.remove_shop(call.connector, call.path["shop"], by=call.by)
    return Sent("/portal", Notice("shop-removed", {"shop": call.path["shop"]}))


@blueprint.function_name("portal_test_connection")
@blueprint.route("portal/shops/{shop}/test-connection", methods=["POST"], auth_level=_ANYBODY)
@page
def test_connection(call: Call) -> Shown:
    found = admin.connections.test_connection(call.connector, call.shop, call.language)
    return Shown("connection.html", {"found": found})


@blueprint.function_name("portal_bc_companies")
@blueprint.route("portal/shops/{shop}/bc-company", methods=["GET"], auth_level=_ANYBODY)
@page
def show_companies(call: Call) -> Shown:
    return _companies(call)


@blueprint.function_name("portal_choose_company")
@blueprint.route("portal/shops/{shop}/bc-company", methods=["POST"], auth_level=_ANYBODY)
@page
@takes(form=CompanyChosen)
def choose_company(call: Call) -> Sent | Shown:
    if not call.body.company:
        return _companies(call, nothing_chosen=True)
    admin.shops.choose_company(
        call.connector, call.path["shop"], call.body.company, by=call.by, version=call.body.version)
    return Sent(page_of(call), Notice("saved"))


def _companies(call: Call, *, nothing_chosen: bool = False) -> Shown:
    """Business Central's companies to choose from; where it cannot be asked, the page says why."""
    values: dict[str, Any] = {
        "code": call.shop, "companies": [], "problem": None, "nothing_chosen": nothing_chosen,
        "version": admin.shop_cards.card_version(call.connector, call.shop)}
    try:
        values["companies"] = admin.connections.list_companies(call.connector, call.shop)
    except ConnectorError as problem:
        return Shown("bc-companies.html", {**values, "problem": problem}, problem.problem.status)
    return Shown("bc-companies.html", values, 422 if nothing_chosen else 200)
