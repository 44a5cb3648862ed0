"""The catalogue of problems: what each error code means, whose fault it is and where to fix it.

One entry per code, in English; other languages are in the catalogues (shared/texts.py). Page and field names follow
the shop card and Business Central's own captions, so that an operator finds them on the screen. Every code has a page
of the same name under docs/errors/.
"""
from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from shared.texts import say


class Fault(StrEnum):
    """Who has to act."""

    SETUP = "set-up"
    DATA = "data"
    OTHER_SERVICE = "other service"
    US = "us"


class Told(NamedTuple):
    """What a problem means, where to fix it and who has to act, in one language."""

    title: str
    fix: str
    fault: str


class Problem(NamedTuple):
    """Title and fix in English; `status` is the HTTP status of an answer that carries it."""

    fault: Fault
    status: int
    title: str
    fix: str

    def told(self, language: str) -> Told:
        """The problem for a reader of this language."""
        return Told(say(self.title, language), say(self.fix, language), self.fault.value)


CATALOGUE: dict[str, Problem] = {
    "posting-group-missing": Problem(
        Fault.SETUP, 422,
        "A posting group is missing in Business Central",
        "Business Central > Customers > the named customer: fill in the named posting group. For "
        "customers created later: API Setup > a rule for table 18 with a configuration template "
        "that holds it.",
    ),
    "customer-template-missing": Problem(
        Fault.SETUP, 422,
        "No template rule fits this customer's country",
        "Business Central > API Setup: add a rule for table 18 and this country, with a "
        "configuration template that holds the three posting groups. Then complete the named "
        "customer by hand, or delete it, and retry the record.",
    ),
    "customer-missing": Problem(
        Fault.SETUP, 422,
        "No Business Central customer for this record",
        "Shop card: switch on Auto Create Unknown Customers, or fill in Default Customer No. For a company: "
        "Auto Create Unknown Companies, or Default Company No.",
    ),
    "customer-without-address": Problem(
        Fault.DATA, 422,
        "The Shopify customer has no address",
        "Shopify > Customers > the named customer: add an address. The record is taken again when"
        " it changes.",
    ),
    "number-taken": Problem(
        Fault.DATA, 422,
        "A number in Business Central is another record's",
        "Business Central > open the row that the detail names. Is it the record? Fill in its e-mail, phone or name "
        "(of an item its description or GTIN) as in Shopify. Is it not? Give it another number.",
    ),
    "customer-blocked": Problem(
        Fault.DATA, 422,
        "The Business Central customer is blocked",
        "Business Central > Customers > the named customer > Blocked: set to blank; or choose "
        "another customer on the shop card (Default Customer No.).",
    ),
    "item-not-found": Problem(
        Fault.SETUP, 422,
        "No Business Central item for this product",
        "Create the item in Business Central with this SKU as its number (see SKU Mapping), or "
        "switch on Auto Create Unknown Items on the shop card and fill in the Item Template. Custom lines: Default "
        "Item No.",
    ),
    "unit-unclear": Problem(
        Fault.SETUP, 422,
        "Nobody can say in which unit of measure a variant is sold",
        "Shopify > Products: give each variant an SKU of its own; or shop card: switch on UoM as Variant, and fill in "
        "Variant Option Name for UoM. Then retry the product, and its orders after that.",
    ),
    "unit-unknown": Problem(
        Fault.SETUP, 422,
        "The item is not counted in this unit of measure",
        "Business Central > Items > the item > Units of Measure: add the unit with its quantity, then retry the "
        "record.",
    ),
    "number-series": Problem(
        Fault.SETUP, 422,
        "A number series of Business Central gives no number",
        "Business Central > No. Series > the named series > Lines: a line that has begun, with an Ending No. not "
        "reached, and Default Nos. on; or choose a series where the sentence says. Then retry the record.",
    ),
    "item-price-missing": Problem(
        Fault.SETUP, 422,
        "The item was created without its price",
        "Business Central > Currency Exchange Rates: add the rate; or Sales & Receivables Setup > VAT Bus. Posting Gr. "
        "(Price): fill it in. Then retry the product, or type the price onto the item.",
    ),
    "item-blocked": Problem(
        Fault.DATA, 422,
        "The Business Central item is blocked",
        "Business Central > Items > the named item, or its Variants > Blocked and Sales Blocked: switch off, then "
        "retry the record.",
    ),
    "account-missing": Problem(
        Fault.SETUP, 422,
        "An account of the shop card is missing or cannot be used",
        "Shop card: fill in the named account. In Business Central it must be a posting account "
        "with Direct Posting switched on and not blocked.",
    ),
    "currency-unknown": Problem(
        Fault.SETUP, 422,
        "Business Central does not know this currency, or has no rate for the date",
        "Business Central > Currencies: add the currency or its exchange rate; if it has another "
        "code there, add it to Currency Mapping on the shop card.",
    ),
    "code-unknown": Problem(
        Fault.SETUP, 422,
        "A code on the shop card is not in Business Central",
        "Shop card > the named setting: name a code that Business Central has. Or Business Central > the named page: "
        "add the code, then retry the record.",
    ),
    "delivery-date-unclear": Problem(
        Fault.DATA, 422,
        "The delivery date that the buyer named is no clear date",
        "Shopify > the order > Additional details: write the date as 2026-03-12, then retry the order. Or shop card > "
        "Requested Delivery Date Attribute: clear it, and the order gets none.",
    ),
    "country-unknown": Problem(
        Fault.SETUP, 422,
        "Business Central does not know this country",
        "Business Central > Countries/Regions: add the country with its two-letter code, or name the code "
        "that it has there on the shop card (Country/Region Mapping). Then retry the record.",
    ),
    "total-mismatch": Problem(
        Fault.DATA, 422,
        "The order's total in Business Central differs from Shopify's",
        "Mend what the sentence names: tax, an invoice discount of the customer, lines that Shopify "
        "counts otherwise. For a difference of a few cents raise Rounding Tolerance on the shop card. "
        "Then retry the record. Unless the sentence names one that stays, no document was left in "
        "Business Central.",
    ),
    "tax-mismatch": Problem(
        Fault.DATA, 422,
        "Business Central reckons another tax than Shopify charged",
        "Business Central > VAT Posting Setup: compare the rate for the customer's VAT Bus. Posting "
        "Group and the item's or account's VAT Prod. Posting Group. For goods that go abroad and buyers who "
        "are exempt, name a customer in the field of the shop card that the sentence names. Lines of another rate, and "
        "what a marketplace remits, get their group by Tax Groups of the country's row. Then retry the record.",
    ),
    "document-differs": Problem(
        Fault.DATA, 422,
        "Business Central holds another document under this order's number",
        "Compare the named document with the Shopify order. Make them agree, or delete the document "
        "in Business Central if nobody has worked on it, then retry the record. If the document is "
        "right as it is, mark the order as resolved.",
    ),
    "refund-pending": Problem(
        Fault.DATA, 422,
        "A refund of the Shopify order is not final yet",
        "Nothing: the order is taken once the refund succeeded or failed. If it stays pending, look at the "
        "refund in Shopify.",
    ),
    "order-cancelled-but-paid": Problem(
        Fault.DATA, 422,
        "The Shopify order is cancelled, and paid goods of it are left",
        "Refund or remove the named goods in Shopify. If the buyer is to keep them, make the sales order in "
        "Business Central by hand and dismiss the record.",
    ),
    "order-changed-after-processing": Problem(
        Fault.DATA, 422,
        "The Shopify order was changed after its document was created",
        "Change the named document in Business Central by hand and mark the order as resolved, or, if nobody has "
        "worked on it, delete it there and retry the record: it is then created as Shopify's order is now.",
    ),
    "order-refunded-after-processing": Problem(
        Fault.DATA, 422,
        "The Shopify order was refunded after its document was created",
        "Nothing shipped or invoiced: lower the named sales order in Business Central, or delete it and retry the "
        "record, which then bills what is left. Else make a sales credit memo for the named refunds by hand. Then mark "
        "the order as resolved.",
    ),
    "order-cancelled-after-processing": Problem(
        Fault.DATA, 422,
        "The Shopify order was cancelled after its document was created",
        "Nothing shipped or invoiced: delete the named sales order in Business Central and retry the record; it is not "
        "created again if nothing is left of the order. Else make a sales credit memo by hand, and mark the order as "
        "resolved.",
    ),
    "order-not-resolvable": Problem(
        Fault.DATA, 409,
        "The order cannot be marked as resolved",
        "Only an order with one document in Business Central, unchanged in Shopify since it was parked, can be. Do "
        "what the sentence says; else put right what the skipped record names, and retry it.",
    ),
    "document-still-there": Problem(
        Fault.DATA, 409,
        "Business Central still holds a document under this order's number",
        "Business Central > Sales Orders > the named one: delete it, or change External Document No. to keep it. A "
        "posted one is corrected by a credit memo, and what is to be billed instead is made by hand.",
    ),
    "customer-left-out": Problem(
        Fault.DATA, 422,
        "This customer does not come in by itself",
        "Nothing is wrong. Shopify > Customers > the named customer: add an address, and it comes in; or wait for its "
        "first order, which takes it in.",
    ),
    "order-left-out": Problem(
        Fault.SETUP, 422,
        "The shop card does not take this order",
        "Nothing is wrong. Shop card > Orders to Import: select such orders, and the next run takes it; or synchronize "
        "this one order in any case.",
    ),
    "order-held": Problem(
        Fault.SETUP, 422,
        "The order waits before it is taken",
        "Nothing is wrong: it comes in by itself when its time has passed or its risk is no longer high. To take it "
        "now, synchronize this one order in any case.",
    ),
    "outcome-unknown": Problem(
        Fault.OTHER_SERVICE, 502,
        "Business Central did not say whether it stored the record",
        "Nothing: the connector looks for the document first and repeats the request only "
        "when it is certain that it was not stored.",
    ),
    "record-refused": Problem(
        Fault.DATA, 422,
        "Business Central refused the record",
        "Read Business Central's sentence, correct the record or the set-up it names, then retry "
        "the record.",
    ),
    "setup-incomplete": Problem(
        Fault.SETUP, 422,
        "Business Central's set-up is incomplete",
        "Business Central > the page named in the sentence: complete the set-up, then retry the "
        "record.",
    ),
    "record-unreadable": Problem(
        Fault.OTHER_SERVICE, 502,
        "What Shopify sent cannot be read",
        "Nothing at first: the record is tried again by itself. If it stays, give the request id in the "
        "sentence to Shopify's support within 7 days; without one, report the sentence with the data capture.",
    ),
    "web-service-missing": Problem(
        Fault.SETUP, 422,
        "The Item Card cannot be reached as a web service",
        "Business Central > Web Services: publish page 30, Item Card, under the name in Item Card Service on the shop "
        "card, and let the connector's app open it. Or empty Item Card Service: tariff numbers are then left alone.",
    ),
    "data-sync-to-shopify-disabled": Problem(
        Fault.SETUP, 409,
        "Importing data to your Shopify shop is not enabled",
        "Shop card > Allow Data Sync to Shopify: switch on.",
    ),
    "schedule-switched-off": Problem(
        Fault.SETUP, 409,
        "The schedule that starts the runs is switched off",
        "Azure portal > the function app > Functions > incremental_sync: Enable. Until then runs begin only where a "
        "webhook or Synchronize now starts one.",
    ),
    "queue-switched-off": Problem(
        Fault.SETUP, 409,
        "The function that carries the runs out is switched off",
        "Azure portal > the function app > Functions > sync_job: Enable. What waits in the queue is done then.",
    ),
    "run-overdue": Problem(
        Fault.SETUP, 409,
        "No run has begun, though one was due",
        "Azure portal > the function app: see that it is started and that the functions incremental_sync and sync_job "
        "are enabled and without errors (Functions > Invocations). Synchronize now shows whether the queue is worked "
        "off.",
    ),
    "http-requests-not-allowed": Problem(
        Fault.SETUP, 409,
        "This environment may not make HTTP requests",
        "Environment > Allow HTTP requests: switch on (off by default outside production).",
    ),
    "access-token-missing": Problem(
        Fault.SETUP, 409,
        "The shop has no access token",
        "Shop card > Request access.",
    ),
    "access-scope-changed": Problem(
        Fault.SETUP, 409,
        "The app lacks an access scope it needs",
        "Shop card > Request access: grant the named scopes in Shopify.",
    ),
    "reconnect-required": Problem(
        Fault.SETUP, 409,
        "Shopify no longer accepts the access token",
        "Shop card > Request access: connect the shop again. Syncs go on from where they were.",
    ),
    "shop-disconnected": Problem(
        Fault.SETUP, 409,
        "The app is no longer installed in the shop",
        "Shop card > Request access: connect the shop again. Syncs pause until then and go on from where they were.",
    ),
    "erasure-unconfirmed": Problem(
        Fault.SETUP, 409,
        "Shopify does not confirm that the app was removed, so the shop is not erased",
        "See in the Shopify admin > Settings > Apps whether the app is installed. If it was removed: POST "
        "/api/privacy-requests/{shop}/{id}/confirm. If it is installed: Shop card > Request access, and nothing is "
        "erased.",
    ),
    "oauth-state-mismatch": Problem(
        Fault.SETUP, 400,
        "The answer from Shopify does not belong to an access request of this browser",
        "Shop card > Request access: start again and finish within ten minutes, in the same browser, with cookies "
        "allowed.",
    ),
    "oauth-hmac-invalid": Problem(
        Fault.SETUP, 400,
        "The answer is not signed by Shopify for this app",
        "Settings SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET: both must be those of the same Shopify app; after a "
        "rotation put the old secret into SHOPIFY_PREVIOUS_CLIENT_SECRET. Then Shop card > Request access.",
    ),
    "oauth-shop-unconfirmed": Problem(
        Fault.SETUP, 409,
        "Another store than the one on the shop card has granted access",
        "Shop card > Yes, take this store, if the named store is the right one: the card takes its address. Otherwise "
        "sign in to the right store in Shopify, then Shop card > Request access.",
    ),
    "oauth-refused": Problem(
        Fault.SETUP, 409,
        "Shopify did not grant access",
        "Shop card > Request access: start again, and install the app on Shopify's page.",
    ),
    "api-key-unknown": Problem(
        Fault.SETUP, 409,
        "Shopify does not know this app",
        "Settings SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET: compare them with the app in Shopify's Dev Dashboard; "
        "check that the app's distribution allows this store, and that they belong to the installation you mean "
        "(test and production are two apps).",
    ),
    "app-permission-missing": Problem(
        Fault.SETUP, 409,
        "The Shopify account may not grant this access",
        "Request access as the shop owner, or let the owner give the account the permission to install apps (Shopify "
        "admin > Settings > Users and permissions > Apps).",
    ),
    "vault-unavailable": Problem(
        Fault.OTHER_SERVICE, 503,
        "Key Vault does not give or take the access token",
        "Azure portal > Key Vault > Access control: the function app's identity needs the role Key Vault Secrets "
        "Officer. If it has it, nothing to do: the next run tries again.",
    ),
    "event-queue-unavailable": Problem(
        Fault.OTHER_SERVICE, 503,
        "Amazon SQS does not hand out the shops' deliveries",
        "AWS console > SQS > the queue of EVENT_QUEUE_URL: the key in EVENT_QUEUE_ACCESS_KEY_ID must be allowed to "
        "receive and delete its messages. If it is, nothing to do: the timer tries again.",
    ),
    "storage-unavailable": Problem(
        Fault.OTHER_SERVICE, 503,
        "The storage account does not answer",
        "Nothing for one time: it is tried again by itself. If it lasts: Azure portal > the storage account > "
        "Resource health; Access control: the function app's identity needs to read and write blobs, queues and "
        "tables.",
    ),
    "shop-url-invalid": Problem(
        Fault.SETUP, 400,
        "This is not a Shopify admin address",
        "Enter the shop's permanent address, e.g. demo-fr.myshopify.com (Shopify admin > Settings"
        " > Domains).",
    ),
    "shop-card-invalid": Problem(
        Fault.SETUP, 400,
        "The shop card holds values that do not fit",
        "Shop card: correct the fields named in the sentence.",
    ),
    "shop-card-unreadable": Problem(
        Fault.SETUP, 409,
        "The stored shop card cannot be read",
        "Azure portal > the storage account > Storage browser > Tables > Shops, the row of partition shop and the "
        "shop's code: correct the property named in the sentence in the column card. If a newer version of the "
        "connector wrote it, deploy that version again.",
    ),
    "shop-unknown": Problem(
        Fault.SETUP, 404,
        "There is no such shop",
        "Choose a shop in the menu, under Shops, or create its card: Set-up guide > Create the shop card.",
    ),
    "order-out-of-reach": Problem(
        Fault.SETUP, 422,
        "The app may not read an order this old",
        "Shopify > Dev Dashboard > the app > request access to all orders (read_all_orders); then Shop card > Request "
        "access, and retry the record. Or make the document by hand and dismiss the record.",
    ),
    "shop-card-moved": Problem(
        Fault.SETUP, 409,
        "This card belongs to its store and its company",
        "Make a new shop card for another store or another company. Or, if this one is to be used: forget its links "
        "(POST /api/shops/{shop}/forget-links), then change it.",
    ),
    "shop-card-changed": Problem(
        Fault.SETUP, 412,
        "The shop card was changed by somebody else meanwhile",
        "Shop card: read it again, look at what is different now, and save once more.",
    ),
    "shop-code-taken": Problem(
        Fault.SETUP, 409,
        "This code is another shop's",
        "Choose another code. The shop card that has this one is in the menu, under Shops.",
    ),
    "shop-card-twice": Problem(
        Fault.SETUP, 409,
        "Another card brings this store into this company already",
        "Shop card named in the sentence > Enabled: switch off, and forget its links if it is not needed; or choose "
        "another company on this one.",
    ),
    "shop-disabled": Problem(
        Fault.SETUP, 409,
        "The shop is not enabled",
        "Shop card > Enabled: switch on.",
    ),
    "not-found": Problem(
        Fault.DATA, 404,
        "There is no such record",
        "Check the identifier, or go back to the list.",
    ),
    "address-unknown": Problem(
        Fault.DATA, 404,
        "There is nothing at this address",
        "Check the address and the method: docs/api.md lists those of the API, the menu leads to the portal's pages.",
    ),
    "confirmation-needed": Problem(
        Fault.DATA, 409,
        "This cannot be undone and has to be confirmed",
        "Read what the sentence says would happen, and repeat the call with the confirmation that it names.",
    ),
    "escalation-not-offered": Problem(
        Fault.DATA, 409,
        "Shopify's support cannot help with this log entry",
        "Choose a log entry of a call to Shopify with status 500 that is younger than 14 days.",
    ),
    "input-invalid": Problem(
        Fault.DATA, 400,
        "What was sent is not valid",
        "Correct the value named in the sentence and send it again.",
    ),
    "sync-already-running": Problem(
        Fault.DATA, 409,
        "A synchronization of this shop is already running",
        "Wait until it has ended; it also takes what changed meanwhile.",
    ),
    "api-version-unsupported": Problem(
        Fault.US, 502,
        "Shopify answers with another API version",
        "Update the connector to a release that speaks a supported API version.",
    ),
    "request-too-long": Problem(
        Fault.US, 422,
        "The request to Shopify is too long",
        "Shorten the text or the number of images named in the sentence.",
    ),
    "shopify-refused": Problem(
        Fault.US, 502,
        "Shopify refused the request",
        "Report the sentence; it names the field that Shopify does not accept.",
    ),
    "shopify-throttled": Problem(
        Fault.OTHER_SERVICE, 503,
        "Shopify keeps throttling",
        "The next run continues at the same place by itself. If it lasts, look for other apps that use this app's "
        "points.",
    ),
    "shopify-unavailable": Problem(
        Fault.OTHER_SERVICE, 503,
        "Shopify does not answer",
        "The next run continues at the same place by itself. If it lasts: Shopify's status page; support helps within "
        "7 days with the request id.",
    ),
    "bc-unauthorized": Problem(
        Fault.SETUP, 409,
        "Business Central refuses the connector's sign-in",
        "Business Central > Microsoft Entra Applications: the app must be enabled and hold the "
        "permission sets; check client id and secret in the settings.",
    ),
    "bc-company-unknown": Problem(
        Fault.SETUP, 409,
        "Business Central has no company with this id",
        "Shop card > Company: choose the company again.",
    ),
    "bc-throttled": Problem(
        Fault.OTHER_SERVICE, 503,
        "Business Central keeps refusing because of too many requests",
        "The next run continues at the same place by itself. If it lasts, give the connector an Entra "
        "application of its own in Business Central.",
    ),
    "bc-intercepted": Problem(
        Fault.SETUP, 409,
        "Something in front of Business Central answers in its place",
        "Whoever keeps the network between the function app and Business Central (proxy, firewall, gateway) has to "
        "let the request in the sentence through, as it is; if a page to sign in at answers, BC_API_ROOT must lead "
        "past it.",
    ),
    "bc-unavailable": Problem(
        Fault.OTHER_SERVICE, 503,
        "Business Central does not answer",
        "The next run continues at the same place by itself. If it lasts: Business Central admin center > the "
        "environment.",
    ),
    "bc-request-invalid": Problem(
        Fault.US, 502,
        "Business Central does not understand our request",
        "Report the sentence; it names the property that Business Central does not accept.",
    ),
    "storage-layout": Problem(
        Fault.SETUP, 503,
        "The storage was written by another version of the connector",
        "Deploy the version that the sentence names: see Upgrade in the documentation. Nothing was read or written.",
    ),
    "webhook-signature-invalid": Problem(
        Fault.SETUP, 401,
        "The signature of a webhook is wrong",
        "Settings: SHOPIFY_CLIENT_SECRET must be the secret of the app that made the subscriptions; after a rotation "
        "the old one belongs into SHOPIFY_PREVIOUS_CLIENT_SECRET.",
    ),
    "not-signed-in": Problem(
        Fault.SETUP, 401,
        "The caller is not signed in",
        "Sign in with Microsoft Entra, then call again. If nobody can: Azure portal > function app > Authentication: "
        "switch it on, or set REQUIRE_SIGN_IN to false.",
    ),
    "sign-in-not-set-up": Problem(
        Fault.SETUP, 403,
        "Nobody can sign in to the portal yet",
        "Set CONNECTOR_SIGN_IN_CLIENT_ID to an app registration in Microsoft Entra and deploy (docs/infrastructure.md, "
        "People who sign in); or Azure portal > function app > Authentication: add Microsoft as identity provider.",
    ),
    "form-not-ours": Problem(
        Fault.SETUP, 403,
        "The form did not come from this portal",
        "Open the portal at the address in PUBLIC_URL, reload the page and send the form again. Cookies of the portal "
        "must be allowed.",
    ),
    "role-missing": Problem(
        Fault.SETUP, 403,
        "The role for this is missing",
        "Microsoft Entra > Enterprise applications > the connector > Users and groups: assign the named role, then "
        "sign in again.",
    ),
    "tenant-not-allowed": Problem(
        Fault.SETUP, 403,
        "The caller's Microsoft Entra tenant may not sign in here",
        "Sign out and in again with an account of the tenant that the connector is in. If people of that other tenant "
        "are to sign in: add its id to the setting WEBSITE_AUTH_AAD_ALLOWED_TENANTS.",
    ),
    "settings-invalid": Problem(
        Fault.SETUP, 500,
        "An application setting is missing or wrong",
        "Azure portal > function app > Environment variables: correct the named settings.",
    ),
    "settings-unresolved": Problem(
        Fault.SETUP, 503,
        "Settings have not been read from Key Vault yet",
        "Have the references read again: az rest --method post --url https://management.azure.com/<resource id of the "
        "function app>/config/configreferences/appsettings/refresh?api-version=2022-03-01, or change any setting.",
    ),
    "internal-error": Problem(
        Fault.US, 500,
        "The connector failed",
        "Report the time and the run; the log of the function app holds the details.",
    ),
    "problem-unknown": Problem(
        Fault.SETUP, 500,
        "A newer version of the connector has kept this problem, and this one does not know it",
        "Read the sentence and the code beside it, and deploy that version again.",
    ),
}
