"""Business Central API v2.0 as a simulator: an HTTP server that refuses what Business Central refuses.

    python -m local.business_central --port 0 --ready-file ready.json [--dump tables.json] [--seed-extra rows.json]

    from local.business_central.server import start_business_central
    with start_business_central() as bc:
        bc.api_root, bc.company, bc.token, bc.control, bc.stats, bc.faults

The path of a request: server -> service (token, throttle, faults) -> operations (path, ETag, query) -> entities
(which module) -> customers, items, documents, lines, posting, journals -> state. The contract is contract.json,
the company is seed.py. Beside the API, pages published as web services: web_services.py. Not here: contacts,
purchases, dimensions, reports, attachments, webhooks, $metadata.
"""
