"""The front door: one FunctionApp with every trigger of functions/, and nothing else."""
import os

import azure.functions as func

from functions import (
    access,
    admin_api,
    captures_api,
    description,
    journal_api,
    log_api,
    orders_api,
    payments_api,
    records_api,
    schedules,
    set_up_api,
    sync_jobs,
    unknown_api,
    webhooks,
)
from functions.portal.all_pages import BLUEPRINTS
from shared.telemetry import tell_what_lines_are_about
from shared.telemetry_export import send_by_opentelemetry

send_by_opentelemetry(os.environ)
tell_what_lines_are_about()
app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(access.blueprint)
app.register_functions(admin_api.blueprint)
app.register_functions(captures_api.blueprint)
app.register_functions(description.blueprint)
app.register_functions(journal_api.blueprint)
app.register_functions(log_api.blueprint)
app.register_functions(orders_api.blueprint)
app.register_functions(payments_api.blueprint)
app.register_functions(records_api.blueprint)
for pages in BLUEPRINTS:
    app.register_functions(pages)
app.register_functions(schedules.blueprint)
app.register_functions(set_up_api.blueprint)
app.register_functions(sync_jobs.blueprint)
app.register_functions(unknown_api.blueprint)
app.register_functions(webhooks.blueprint)
