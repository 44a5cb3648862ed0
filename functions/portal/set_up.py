"""Pages of setting up: the guide from an empty app to the first order, and the set-up check of a shop."""
from __future__ import annotations

import azure.functions as func

from functions.http import Call
from functions.inputs import takes
from functions.portal.cookie import Notice
from functions.portal.edge import Sent, Shown, page
from functions.portal.forms import CheckAsked, NewShop
from functions.problems import status_of
from shared import admin
from shared.errors import ConnectorError
from shared.to_business_central.set_up_steps import Step

blueprint = func.Blueprint()
_ANYBODY = func.AuthLevel.ANONYMOUS


@blueprint.function_name("portal_guide")
@blueprint.route("portal/set-up", methods=["GET"], auth_level=_ANYBODY)
@page
def show_guide(call: Call) -> Shown:
    return _guide_of_app(call)


@blueprint.function_name("portal_create_shop")
@blueprint.route("portal/set-up", methods=["POST"], auth_level=_ANYBODY)
@page
@takes(form=NewShop)
def create_shop(call: Call) -> Sent | Shown:
    try:
        typed: NewShop = call.body
        card = admin.shops.create_shop(call.connector, typed.code.strip(), typed.shopify_url.strip(), by=call.by)
    except ConnectorError as problem:
        return _guide_of_app(call, problem)
    return Sent(f"/portal/shops/{card.code}/set-up", Notice("shop-created", {"shop": card.code}))


@blueprint.function_name("portal_shop_guide")
@blueprint.route("portal/shops/{shop}/set-up", methods=["GET"], auth_level=_ANYBODY)
@page
def show_shop_guide(call: Call) -> Shown:
    return _guide_page(admin.set_up_guide.guide(call.connector, call.shop, call.language))


@blueprint.function_name("portal_set_up_check")
@blueprint.route("portal/shops/{shop}/set-up-check", methods=["GET"], auth_level=_ANYBODY)
@page
def show_set_up_check(call: Call) -> Shown:
    return Shown("set-up-check.html", {"check": admin.set_up_check.not_checked(call.connector, call.path["shop"])})


@blueprint.function_name("portal_check_set_up")
@blueprint.route("portal/shops/{shop}/set-up-check", methods=["POST"], auth_level=_ANYBODY)
@page
@takes(form=CheckAsked)
def check_set_up(call: Call) -> Shown:
    steps = [Step(call.body.step)] if call.body.step else []
    found = admin.set_up_check.check_page(call.connector, call.path["shop"], steps, language=call.language, by=call.by)
    return Shown("set-up-check.html", {"check": found})


def _guide_of_app(call: Call, problem: ConnectorError | None = None) -> Shown:
    """The guide of an app without a shop; with a problem, why the card that was typed was not created."""
    found = admin.set_up_guide.guide(call.connector, "", call.language)
    if problem is None:
        return _guide_page(found)
    told = admin.overview.problem_told(problem, call.language)
    return _guide_page(found, call.body, told, status_of(problem))


def _guide_page(
    found: admin.set_up_guide.Guide, typed: NewShop | None = None, refused: admin.overview.ProblemView | None = None,
    status: int = 200,
) -> Shown:
    return Shown("set-up-guide.html", {"guide": found, "typed": typed or NewShop("", ""), "refused": refused}, status)
