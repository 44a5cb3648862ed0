"""HTTP: addresses under /api at which there is nothing, or nothing with that method, for whoever has a key.

The function's name comes behind those of the API, for the host asks the routes that match in the order of the
functions' names (local/functions_host/routes.py).
"""
from __future__ import annotations

import azure.functions as func

from functions.http import Answer, Call, edge_of
from functions.roles import needs
from shared.errors import ConnectorError
from shared.texts import sentence
from shared.who_may import Role

blueprint = func.Blueprint()


@blueprint.function_name("unknown_api_address")
@blueprint.route("api/{*address}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@edge_of(raw=True)
@needs(Role.VIEWER)
def refuse_unknown(call: Call) -> Answer:
    raise ConnectorError("address-unknown", sentence(
        "the API has no {method} at this address", method=call.request.method))
