"""Log lines straight to Application Insights by OpenTelemetry, where that is switched on.

Source: Microsoft Learn, "Use OpenTelemetry with Azure Functions". Off (the default), the Functions host hands on what
Python logs, and nothing is imported here. On, the host must be told too (telemetryMode), or every line arrives twice;
see docs/observability.md. Only lines are sent: the addresses of our calls to Business Central hold e-mail addresses,
so no library is instrumented.
"""
from __future__ import annotations

from collections.abc import MutableMapping

_ONLY_LINES = {"OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none",
               "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true"}
"""What the library reads from the environment alone."""
_LIBRARIES = ("azure_sdk", "django", "fastapi", "flask", "httpx", "psycopg2", "requests", "urllib", "urllib3")


def send_by_opentelemetry(environment: MutableMapping[str, str]) -> bool:
    """Begin to send, if PYTHON_ENABLE_OPENTELEMETRY is true and a connection string is set; whether it was begun."""
    connection = environment.get("APPLICATIONINSIGHTS_CONNECTION_STRING", "")
    if not connection or environment.get("PYTHON_ENABLE_OPENTELEMETRY", "").lower() != "true":
        return False
    for name, value in _ONLY_LINES.items():
        environment.setdefault(name, value)
    from azure.monitor.opentelemetry import configure_azure_monitor

    configure_azure_monitor(
        connection_string=connection, enable_live_metrics=False, enable_performance_counters=False,
        instrumentation_options={name: {"enabled": False} for name in _LIBRARIES},
    )
    return True
