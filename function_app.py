"""The front door: one FunctionApp with every trigger of functions/, and nothing else."""
import azure.functions as func

from functions import admin_api, log_api, schedules, sync_jobs

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(admin_api.blueprint)
app.register_functions(log_api.blueprint)
app.register_functions(schedules.blueprint)
app.register_functions(sync_jobs.blueprint)
