"""Log lines straight to Application Insights by OpenTelemetry, where that is switched on.

Source: Microsoft Learn, "Use OpenTelemetry with Azure Functions". Off (the default), the Functions host hands on what
Python logs, and nothing is imported here. On, every line arrives twice, since the host
hands it on all the same; see docs/observability.md. Only lines are sent: the addresses of our calls to Business Central
hold e-mail addresses, so no library is instrumented.
"""
from __future__ import annotations

import logging
from collections.abc import MutableMapping

_OF_THE_WORKER = "PYTHON_ENABLE_OPENTELEMETRY"
"""Microsoft's switch, once ours too: azure-functions-python-worker#1881."""
_ONLY_LINES = {"OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none",
               "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true"}
"""What the library reads from the environment alone."""
_log = logging.getLogger(__name__)
_LIBRARIES = ("azure_sdk", "django", "fastapi", "flask", "httpx", "psycopg2", "requests", "urllib", "urllib3")


def send_by_opentelemetry(environment: MutableMapping[str, str]) -> bool:
    """Begin to send, if CONNECTOR_OPENTELEMETRY is true and a connection string is set; whether it was begun."""
    if _OF_THE_WORKER in environment:
        _log.warning("%s is set: the Python worker takes any text for yes, and may then fail every call; remove it",
                     _OF_THE_WORKER)
    connection = environment.get("APPLICATIONINSIGHTS_CONNECTION_STRING", "")
    if not connection or environment.get("CONNECTOR_OPENTELEMETRY", "").lower() != "true":
        return False
    for name, value in _ONLY_LINES.items():
        environment.setdefault(name, value)
    from azure.monitor.opentelemetry import configure_azure_monitor

    configure_azure_monitor(
        connection_string=connection, enable_live_metrics=False, enable_performance_counters=False,
        instrumentation_options={name: {"enabled": False} for name in _LIBRARIES},
    )
    return True
