"""The catalogue of problems: what each error code means, whose fault it is and where to fix it.

One entry per code, in English and French. Page and field names follow the shop card and
Business Central's own captions, so that an operator finds them on the screen. Every code has a
page of the same name under docs/errors/.
"""
from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from shared.languages import FRENCH


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
    """Title and fix in both languages; `status` is the HTTP status of an answer that carries it."""

    fault: Fault
    status: int
    title: str
    fix: str
    title_fr: str
    fix_fr: str

    def told(self, language: str) -> Told:
        """The problem for a reader of this language."""
        french = language == FRENCH
        return Told(
            self.title_fr if french else self.title, self.fix_fr if french else self.fix, self.fault.value,
        )


CATALOGUE: dict[str, Problem] = {
    "posting-group-missing": Problem(
        Fault.SETUP, 422,
        "A posting group is missing in Business Central",
        "Business Central > Customers > the named customer: fill in the named posting group. For "
        "customers created later: API Setup > a rule for table 18 with a configuration template "
        "that holds it.",
        "Un groupe de comptabilisation manque dans Business Central",
        "Business Central > Clients > le client nommé : remplir le groupe de comptabilisation "
        "nommé (p. ex. Groupe compta. marché). Pour les clients créés plus tard : Configuration "
        "API > une règle pour la table 18 avec un modèle de configuration qui le contient.",
    ),
    "customer-template-missing": Problem(
        Fault.SETUP, 422,
        "No template rule fits this customer's country",
        "Business Central > API Setup: add a rule for table 18 and this country, with a "
        "configuration template that holds the three posting groups. Then complete the named "
        "customer by hand, or delete it, and retry the record.",
        "Aucune règle de modèle ne correspond au pays de ce client",
        "Business Central > Configuration API : ajouter une règle pour la table 18 et ce pays, "
        "avec un modèle de configuration contenant les trois groupes de comptabilisation. Puis "
        "compléter le client nommé, ou le supprimer, et relancer l'enregistrement.",
    ),
    "customer-missing": Problem(
        Fault.SETUP, 422,
        "No Business Central customer for this record",
        "Shop card: switch on Auto Create Unknown Customers, or fill in Default Customer No. For a company: "
        "Auto Create Unknown Companies, or Default Company No.",
        "Aucun client Business Central pour cet enregistrement",
        "Fiche magasin : activer Créer automatiquement des clients inconnus, ou remplir N° client"
        " par défaut. Pour une société : activer Auto Create Unknown Companies, ou remplir Default Company No.",
    ),
    "customer-without-address": Problem(
        Fault.DATA, 422,
        "The Shopify customer has no address",
        "Shopify > Customers > the named customer: add an address. The record is taken again when"
        " it changes.",
        "Le client Shopify n'a pas d'adresse",
        "Shopify > Clients > le client nommé : ajouter une adresse. L'enregistrement est repris "
        "dès qu'il change.",
    ),
    "number-taken": Problem(
        Fault.DATA, 422,
        "A number in Business Central is another record's",
        "Business Central > open the row that the detail names. Is it the record? Fill in its e-mail, phone or name "
        "(of an item its description or GTIN) as in Shopify. Is it not? Give it another number.",
        "Un numéro de Business Central appartient à un autre enregistrement",
        "Business Central > ouvrir la ligne que nomme le détail. Est-ce l'enregistrement ? Y mettre l'e-mail, le "
        "téléphone ou le nom (d'un article, la description ou le GTIN) comme dans Shopify. Sinon, lui donner un "
        "autre numéro.",
    ),
    "customer-blocked": Problem(
        Fault.DATA, 422,
        "The Business Central customer is blocked",
        "Business Central > Customers > the named customer > Blocked: set to blank; or choose "
        "another customer on the shop card (Default Customer No.).",
        "Le client Business Central est bloqué",
        "Business Central > Clients > le client nommé > Bloqué : vider le champ ; ou choisir un "
        "autre client sur la fiche magasin (N° client par défaut).",
    ),
    "item-not-found": Problem(
        Fault.SETUP, 422,
        "No Business Central item for this product",
        "Create the item in Business Central with this SKU as its number (see SKU Mapping), or "
        "switch on Auto Create Unknown Items on the shop card and fill in the Item Template. Custom lines: Default "
        "Item No.",
        "Aucun article Business Central pour ce produit",
        "Créer l'article dans Business Central avec cette UGS comme numéro (voir Mappage point de"
        " stock), ou activer Créer automatiquement des articles inconnus sur la fiche magasin et "
        "remplir le Modèle article. Lignes libres : N° article par défaut.",
    ),
    "unit-unclear": Problem(
        Fault.SETUP, 422,
        "Nobody can say in which unit of measure a variant is sold",
        "Shopify > Products: give each variant an SKU of its own; or shop card: switch on UoM as Variant, and fill in "
        "Variant Option Name for UoM. Then retry the product, and its orders after that.",
        "Impossible de dire dans quelle unité une variante est vendue",
        "Shopify > Produits : donner à chaque variante sa propre UGS ; ou fiche magasin : activer Unité en tant que "
        "variante et remplir Nom d'option de variante pour l'unité. Puis relancer le produit, et ses commandes "
        "ensuite.",
    ),
    "unit-unknown": Problem(
        Fault.SETUP, 422,
        "The item is not counted in this unit of measure",
        "Business Central > Items > the item > Units of Measure: add the unit with its quantity, then retry the "
        "record.",
        "L'article ne se compte pas dans cette unité",
        "Business Central > Articles > l'article > Unités : ajouter l'unité avec sa quantité, puis relancer "
        "l'enregistrement.",
    ),
    "number-series": Problem(
        Fault.SETUP, 422,
        "A number series of Business Central gives no number",
        "Business Central > No. Series > the named series > Lines: a line that has begun, with an Ending No. not "
        "reached, and Default Nos. on; or choose a series where the sentence says. Then retry the record.",
        "Une souche de numéros de Business Central ne donne pas de numéro",
        "Business Central > Souches de n° > la souche nommée > Lignes : une ligne entamée, dont le N° de fin n'est pas "
        "atteint, et N° par défaut activé ; ou choisir une souche là où la phrase le dit. Puis relancer.",
    ),
    "item-price-missing": Problem(
        Fault.SETUP, 422,
        "The item was created without its price",
        "Business Central > Currency Exchange Rates: add the rate; or Sales & Receivables Setup > VAT Bus. Posting Gr. "
        "(Price): fill it in. Then retry the product, or type the price onto the item.",
        "L'article a été créé sans son prix",
        "Business Central > Taux de change devise : ajouter le taux ; ou Paramètres ventes > Groupe compta. marché TVA "
        "(prix) : le remplir. Puis relancer le produit, ou saisir le prix sur l'article.",
    ),
    "item-blocked": Problem(
        Fault.DATA, 422,
        "The Business Central item is blocked",
        "Business Central > Items > the named item, or its Variants > Blocked and Sales Blocked: switch off, then "
        "retry the record.",
        "L'article Business Central est bloqué",
        "Business Central > Articles > l'article nommé, ou ses Variantes > Bloqué et Vente bloquée : désactiver, puis "
        "relancer l'enregistrement.",
    ),
    "account-missing": Problem(
        Fault.SETUP, 422,
        "An account of the shop card is missing or cannot be used",
        "Shop card: fill in the named account. In Business Central it must be a posting account "
        "with Direct Posting switched on and not blocked.",
        "Un compte de la fiche magasin manque ou est inutilisable",
        "Fiche magasin : remplir le compte nommé. Dans Business Central, ce doit être un compte "
        "imputable avec Imputation directe activée et non bloqué.",
    ),
    "currency-unknown": Problem(
        Fault.SETUP, 422,
        "Business Central does not know this currency, or has no rate for the date",
        "Business Central > Currencies: add the currency or its exchange rate; if it has another "
        "code there, add it to Currency Mapping on the shop card.",
        "Business Central ne connaît pas cette devise, ou n'a pas de taux pour la date",
        "Business Central > Devises : ajouter la devise ou son taux de change ; si elle y porte "
        "un autre code, l'ajouter au Mappage des devises de la fiche magasin.",
    ),
    "code-unknown": Problem(
        Fault.SETUP, 422,
        "A code on the shop card is not in Business Central",
        "Shop card > the named setting: name a code that Business Central has. Or Business Central > the named page: "
        "add the code, then retry the record.",
        "Un code de la fiche magasin n'existe pas dans Business Central",
        "Fiche magasin > le réglage nommé : indiquer un code connu de Business Central. Ou Business Central > la page "
        "nommée : ajouter le code, puis relancer l'enregistrement.",
    ),
    "delivery-date-unclear": Problem(
        Fault.DATA, 422,
        "The delivery date that the buyer named is no clear date",
        "Shopify > the order > Additional details: write the date as 2026-03-12, then retry the order. Or shop card > "
        "Requested Delivery Date Attribute: clear it, and the order gets none.",
        "La date de livraison indiquée par l'acheteur n'est pas claire",
        "Shopify > la commande > Détails supplémentaires : écrire la date sous la forme 2026-03-12, puis relancer la "
        "commande. Ou fiche magasin > Attribut de la date de livraison demandée : le vider, la commande n'en aura pas.",
    ),
    "country-unknown": Problem(
        Fault.SETUP, 422,
        "Business Central does not know this country",
        "Business Central > Countries/Regions: add the country with its two-letter code, or name the code "
        "that it has there on the shop card (Country/Region Mapping). Then retry the record.",
        "Business Central ne connaît pas ce pays",
        "Business Central > Pays/Régions : ajouter le pays avec son code à deux lettres, ou indiquer le code "
        "qu'il y porte dans la fiche magasin (Country/Region Mapping). Puis relancer l'enregistrement.",
    ),
    "total-mismatch": Problem(
        Fault.DATA, 422,
        "The order's total in Business Central differs from Shopify's",
        "Mend what the sentence names: tax, an invoice discount of the customer, lines that Shopify "
        "counts otherwise. For a difference of a few cents raise Rounding Tolerance on the shop card. "
        "Then retry the record. Unless the sentence names one that stays, no document was left in "
        "Business Central.",
        "Le total de la commande dans Business Central diffère de celui de Shopify",
        "Corriger ce que la phrase nomme : TVA, remise facture du client, lignes que Shopify compte "
        "autrement. Pour quelques centimes, augmenter la Tolérance d'arrondi sur la fiche magasin. Puis "
        "relancer. Sauf si la phrase en nomme un, aucun document n'est resté dans Business Central.",
    ),
    "tax-mismatch": Problem(
        Fault.DATA, 422,
        "Business Central reckons another tax than Shopify charged",
        "Business Central > VAT Posting Setup: compare the rate for the customer's VAT Bus. Posting "
        "Group and the item's or account's VAT Prod. Posting Group. For goods that go abroad and buyers who "
        "are exempt, name a customer in the field of the shop card that the sentence names. Then retry the record.",
        "Business Central calcule une autre TVA que celle facturée par Shopify",
        "Business Central > Paramètres comptabilisation TVA : comparer le taux pour le groupe compta. "
        "marché TVA du client et le groupe compta. produit TVA de l'article ou du compte. Pour les "
        "livraisons à l'étranger et les acheteurs exonérés, indiquer un client dans le champ de la fiche magasin "
        "nommé par la phrase. Puis relancer l'enregistrement.",
    ),
    "document-differs": Problem(
        Fault.DATA, 422,
        "Business Central holds another document under this order's number",
        "Compare the named document with the Shopify order. Make them agree, or delete the document "
        "in Business Central if nobody has worked on it, then retry the record. If the document is "
        "right as it is, mark the order as resolved.",
        "Business Central contient un autre document sous le numéro de cette commande",
        "Comparer le document nommé avec la commande Shopify. Les mettre d'accord, ou supprimer le "
        "document dans Business Central si personne n'y a travaillé, puis relancer. Si le document "
        "est bon tel quel, marquer la commande comme résolue.",
    ),
    "refund-pending": Problem(
        Fault.DATA, 422,
        "A refund of the Shopify order is not final yet",
        "Nothing to do: the order is taken once the refund succeeded or failed. If it stays pending, look at the "
        "refund in Shopify.",
        "Un remboursement de la commande Shopify n'est pas encore définitif",
        "Rien à faire : la commande est reprise dès que le remboursement a réussi ou échoué. S'il reste en attente, "
        "voir le remboursement dans Shopify.",
    ),
    "order-cancelled-but-paid": Problem(
        Fault.DATA, 422,
        "The Shopify order is cancelled, and paid goods of it are left",
        "Refund or remove the named goods in Shopify. If the buyer is to keep them, make the sales order in "
        "Business Central by hand and dismiss the record.",
        "La commande Shopify est annulée, et il en reste des articles payés",
        "Rembourser ou retirer dans Shopify les articles nommés. Si l'acheteur les garde, créer la commande vente à "
        "la main dans Business Central et écarter l'enregistrement.",
    ),
    "order-changed-after-processing": Problem(
        Fault.DATA, 422,
        "The Shopify order was changed after its document was created",
        "Change the named document in Business Central by hand and mark the order as resolved, or, if nobody has "
        "worked on it, delete it there and retry the record: it is then created as Shopify's order is now.",
        "La commande Shopify a été modifiée après la création de son document",
        "Modifier le document nommé dans Business Central et marquer la commande comme résolue ou, si personne n'y a "
        "travaillé, l'y supprimer et relancer l'enregistrement : il est alors créé selon la commande Shopify actuelle.",
    ),
    "order-refunded-after-processing": Problem(
        Fault.DATA, 422,
        "The Shopify order was refunded after its document was created",
        "Nothing shipped or invoiced: lower the named sales order in Business Central, or delete it and retry the "
        "record, which then bills what is left. Else make a sales credit memo for the named refunds by hand. Then mark "
        "the order as resolved.",
        "La commande Shopify a été remboursée après la création de son document",
        "Rien d'expédié ni de facturé : diminuer la commande vente nommée dans Business Central, ou la supprimer et "
        "relancer l'enregistrement, qui facture alors ce qui reste. Sinon, créer un avoir vente à la main pour les "
        "remboursements nommés. Puis marquer la commande comme résolue.",
    ),
    "order-cancelled-after-processing": Problem(
        Fault.DATA, 422,
        "The Shopify order was cancelled after its document was created",
        "Nothing shipped or invoiced: delete the named sales order in Business Central and retry the record; it is not "
        "created again if nothing is left of the order. Else make a sales credit memo by hand, and mark the order as "
        "resolved.",
        "La commande Shopify a été annulée après la création de son document",
        "Rien d'expédié ni de facturé : supprimer la commande vente nommée dans Business Central et relancer "
        "l'enregistrement ; elle n'est pas recréée s'il ne reste rien de la commande. Sinon, créer un avoir vente à "
        "la main, et marquer la commande comme résolue.",
    ),
    "order-not-resolvable": Problem(
        Fault.DATA, 409,
        "The order cannot be marked as resolved",
        "Only an order with one document in Business Central, unchanged in Shopify since it was parked, can be. Do "
        "what the sentence says; else put right what the skipped record names, and retry it.",
        "La commande ne peut pas être marquée comme résolue",
        "Seule peut l'être une commande avec un seul document dans Business Central, et inchangée dans Shopify depuis "
        "sa mise de côté. Faire ce que dit la phrase ; sinon corriger ce que nomme l'enregistrement ignoré, et le "
        "relancer.",
    ),
    "document-still-there": Problem(
        Fault.DATA, 409,
        "Business Central still holds a document under this order's number",
        "Business Central > Sales Orders > the named one: delete it, or change External Document No. to keep it. A "
        "posted one is corrected by a credit memo, and what is to be billed instead is made by hand.",
        "Business Central contient encore un document sous le numéro de cette commande",
        "Business Central > Commandes vente > celle nommée : la supprimer, ou modifier N° doc. externe pour la garder. "
        "Un document validé se corrige par un avoir, et ce qui est à facturer à sa place se fait à la main.",
    ),
    "customer-left-out": Problem(
        Fault.DATA, 422,
        "This customer does not come in by itself",
        "Nothing is wrong. Shopify > Customers > the named customer: add an address, and it comes in; or wait for its "
        "first order, which takes it in.",
        "Ce client n'arrive pas de lui-même",
        "Il n'y a pas d'erreur. Shopify > Clients > le client nommé : ajouter une adresse, et il arrive ; ou attendre "
        "sa première commande, qui l'amène.",
    ),
    "order-left-out": Problem(
        Fault.SETUP, 422,
        "The shop card does not take this order",
        "Nothing is wrong. Shop card > Orders to Import: select such orders, and the next run takes it; or synchronize "
        "this one order in any case.",
        "La fiche magasin ne prend pas cette commande",
        "Il n'y a pas d'erreur. Fiche magasin > Commandes à importer : sélectionner de telles commandes, et la "
        "prochaine exécution la prend ; ou synchroniser cette seule commande quoi qu'il en soit.",
    ),
    "order-held": Problem(
        Fault.SETUP, 422,
        "The order waits before it is taken",
        "Nothing is wrong: it comes in by itself when its time has passed or its risk is no longer high. To take it "
        "now, synchronize this one order in any case.",
        "La commande attend avant d'être prise",
        "Il n'y a pas d'erreur : elle arrive d'elle-même quand son délai est passé ou que son risque n'est plus élevé. "
        "Pour la prendre maintenant, synchroniser cette seule commande quoi qu'il en soit.",
    ),
    "outcome-unknown": Problem(
        Fault.OTHER_SERVICE, 502,
        "Business Central did not say whether it stored the record",
        "Nothing to do: the connector looks for the document first and repeats the request only "
        "when it is certain that it was not stored.",
        "Business Central n'a pas dit s'il a enregistré",
        "Rien à faire : le connecteur cherche d'abord le document et ne répète la demande que "
        "s'il est certain qu'il n'a pas été enregistré.",
    ),
    "record-refused": Problem(
        Fault.DATA, 422,
        "Business Central refused the record",
        "Read Business Central's sentence, correct the record or the set-up it names, then retry "
        "the record.",
        "Business Central a refusé l'enregistrement",
        "Lire la phrase de Business Central, corriger l'enregistrement ou la configuration "
        "nommée, puis relancer.",
    ),
    "setup-incomplete": Problem(
        Fault.SETUP, 422,
        "Business Central's set-up is incomplete",
        "Business Central > the page named in the sentence: complete the set-up, then retry the "
        "record.",
        "La configuration de Business Central est incomplète",
        "Business Central > la page nommée dans la phrase : compléter la configuration, puis "
        "relancer.",
    ),
    "record-unreadable": Problem(
        Fault.OTHER_SERVICE, 502,
        "What Shopify sent cannot be read",
        "Nothing to do at first: the record is tried again by itself. If it stays, give the request id in the "
        "sentence to Shopify's support within 7 days; without one, report the sentence with the data capture.",
        "Ce que Shopify a envoyé ne peut pas être lu",
        "Rien à faire d'abord : l'enregistrement est réessayé de lui-même. S'il reste, donner l'identifiant de "
        "requête de la phrase au support de Shopify sous 7 jours ; à défaut, signaler la phrase avec la capture "
        "de données.",
    ),
    "web-service-missing": Problem(
        Fault.SETUP, 422,
        "The Item Card cannot be reached as a web service",
        "Business Central > Web Services: publish page 30, Item Card, under the name in Item Card Service on the shop "
        "card, and let the connector's app open it. Or empty Item Card Service: tariff numbers are then left alone.",
        "La fiche article n'est pas accessible comme service web",
        "Business Central > Services web : publier la page 30, Fiche article, sous le nom indiqué dans Service fiche "
        "article de la fiche magasin, et autoriser l'application du connecteur à l'ouvrir. Ou vider Service fiche "
        "article : les nomenclatures produit sont alors laissées telles quelles.",
    ),
    "data-sync-to-shopify-disabled": Problem(
        Fault.SETUP, 409,
        "Importing data to your Shopify shop is not enabled",
        "Shop card > Allow Data Sync to Shopify: switch on.",
        "L'importation de données dans votre magasin Shopify n'est pas activée",
        "Fiche magasin > Autoriser la synchronisation des données vers Shopify : activer.",
    ),
    "http-requests-not-allowed": Problem(
        Fault.SETUP, 409,
        "This environment may not make HTTP requests",
        "Environment page > Allow HTTP requests: switch on (off by default outside production).",
        "Cet environnement n'est pas autorisé à émettre des requêtes HTTP",
        "Page Environnement > Autoriser les requêtes HTTP : activer (désactivé par défaut hors "
        "production).",
    ),
    "access-token-missing": Problem(
        Fault.SETUP, 409,
        "The shop has no access token",
        "Shop card > Request access.",
        "Le magasin n'a pas de jeton d'accès",
        "Fiche magasin > Demander l'accès.",
    ),
    "access-scope-changed": Problem(
        Fault.SETUP, 409,
        "The app lacks an access scope it needs",
        "Shop card > Request access: grant the named scopes in Shopify.",
        "Il manque à l'application une étendue d'accès nécessaire",
        "Fiche magasin > Demander l'accès : accorder les étendues nommées dans Shopify.",
    ),
    "reconnect-required": Problem(
        Fault.SETUP, 409,
        "Shopify no longer accepts the access token",
        "Shop card > Request access: connect the shop again. Syncs go on from where they were.",
        "Shopify n'accepte plus le jeton d'accès",
        "Fiche magasin > Demander l'accès : reconnecter le magasin. Les synchronisations "
        "reprennent où elles en étaient.",
    ),
    "shop-disconnected": Problem(
        Fault.SETUP, 409,
        "The app is no longer installed in the shop",
        "Shop card > Request access: connect the shop again. Syncs pause until then and go on from where they were.",
        "L'application n'est plus installée dans le magasin",
        "Fiche magasin > Demander l'accès : reconnecter le magasin. Les synchronisations attendent jusque-là et "
        "reprennent où elles en étaient.",
    ),
    "erasure-unconfirmed": Problem(
        Fault.SETUP, 409,
        "Shopify does not confirm that the app was removed, so the shop is not erased",
        "See in the Shopify admin > Settings > Apps whether the app is installed. If it was removed: POST "
        "/api/privacy-requests/{shop}/{number}/confirm. If it is installed: Shop card > Request access, and nothing is "
        "erased.",
        "Shopify ne confirme pas le retrait de l'application : le magasin n'est pas effacé",
        "Voir dans l'admin Shopify > Paramètres > Applications si l'application est installée. Si elle a été retirée : "
        "POST /api/privacy-requests/{shop}/{number}/confirm. Si elle est installée : Fiche magasin > Demander l'accès, "
        "et rien n'est effacé.",
    ),
    "oauth-state-mismatch": Problem(
        Fault.SETUP, 400,
        "The answer from Shopify does not belong to an access request of this browser",
        "Shop card > Request access: start again and finish within ten minutes, in the same browser, with cookies "
        "allowed.",
        "La réponse de Shopify n'appartient pas à une demande d'accès de ce navigateur",
        "Fiche magasin > Demander l'accès : recommencer et terminer en dix minutes, dans le même navigateur, cookies "
        "autorisés.",
    ),
    "oauth-hmac-invalid": Problem(
        Fault.SETUP, 400,
        "The answer is not signed by Shopify for this app",
        "Settings SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET: both must be those of the same Shopify app; after a "
        "rotation put the old secret into SHOPIFY_PREVIOUS_CLIENT_SECRET. Then Shop card > Request access.",
        "La réponse n'est pas signée par Shopify pour cette application",
        "Paramètres SHOPIFY_CLIENT_ID et SHOPIFY_CLIENT_SECRET : les deux doivent appartenir à la même application "
        "Shopify ; après une rotation, mettre l'ancien secret dans SHOPIFY_PREVIOUS_CLIENT_SECRET. Puis Fiche magasin "
        "> Demander l'accès.",
    ),
    "oauth-shop-unconfirmed": Problem(
        Fault.SETUP, 409,
        "Another store than the one on the shop card has granted access",
        "Shop card > Confirm, if the named store is the right one: the card takes its address. Otherwise sign in to "
        "the right store in Shopify, then Shop card > Request access.",
        "Un autre magasin que celui de la fiche a accordé l'accès",
        "Fiche magasin > Confirmer, si le magasin nommé est le bon : la fiche prend son adresse. Sinon se connecter au "
        "bon magasin dans Shopify, puis Fiche magasin > Demander l'accès.",
    ),
    "oauth-refused": Problem(
        Fault.SETUP, 409,
        "Shopify did not grant access",
        "Shop card > Request access: start again, and install the app on Shopify's page.",
        "Shopify n'a pas accordé l'accès",
        "Fiche magasin > Demander l'accès : recommencer, et installer l'application sur la page de Shopify.",
    ),
    "api-key-unknown": Problem(
        Fault.SETUP, 409,
        "Shopify does not know this app",
        "Settings SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET: compare them with the app in Shopify's Dev Dashboard; "
        "check that the app's distribution allows this store, and that they belong to the installation you mean "
        "(test and production are two apps).",
        "Shopify ne connaît pas cette application",
        "Paramètres SHOPIFY_CLIENT_ID et SHOPIFY_CLIENT_SECRET : les comparer avec l'application dans le Dev Dashboard "
        "de Shopify ; vérifier que la distribution de l'application autorise ce magasin, et qu'ils appartiennent à "
        "l'installation voulue (test et production sont deux applications).",
    ),
    "app-permission-missing": Problem(
        Fault.SETUP, 409,
        "The Shopify account may not grant this access",
        "Request access as the shop owner, or let the owner give the account the permission to install apps (Shopify "
        "admin > Settings > Users and permissions > Apps).",
        "Le compte Shopify ne peut pas accorder cet accès",
        "Demander l'accès en tant que propriétaire du magasin, ou faire donner au compte l'autorisation d'installer "
        "des applications (administration Shopify > Paramètres > Utilisateurs et autorisations > Applications).",
    ),
    "vault-unavailable": Problem(
        Fault.OTHER_SERVICE, 503,
        "Key Vault does not give or take the access token",
        "Azure portal > Key Vault > Access control: the function app's identity needs the role Key Vault Secrets "
        "Officer. If it has it, nothing to do: the next run tries again.",
        "Key Vault ne donne ou ne prend pas le jeton d'accès",
        "Portail Azure > Key Vault > Contrôle d'accès : l'identité de l'application de fonctions a besoin du rôle "
        "Agent des secrets Key Vault. Si elle l'a, rien à faire : la prochaine exécution réessaie.",
    ),
    "event-queue-unavailable": Problem(
        Fault.OTHER_SERVICE, 503,
        "Amazon SQS does not hand out the shops' deliveries",
        "AWS console > SQS > the queue of EVENT_QUEUE_URL: the key in EVENT_QUEUE_ACCESS_KEY_ID must be allowed to "
        "receive and delete its messages. If it is, nothing to do: the timer tries again.",
        "Amazon SQS ne remet pas les livraisons des boutiques",
        "Console AWS > SQS > la file de EVENT_QUEUE_URL : la clé de EVENT_QUEUE_ACCESS_KEY_ID doit avoir le droit de "
        "recevoir et de supprimer ses messages. Si elle l'a, rien à faire : la minuterie réessaie.",
    ),
    "storage-unavailable": Problem(
        Fault.OTHER_SERVICE, 503,
        "The storage account does not answer",
        "Nothing to do for one time: it is tried again by itself. If it lasts: Azure portal > the storage account > "
        "Resource health; Access control: the function app's identity needs to read and write blobs, queues and "
        "tables.",
        "Le compte de stockage ne répond pas",
        "Rien à faire pour une fois : un nouvel essai se fait tout seul. Si cela dure : portail Azure > le compte de "
        "stockage > Intégrité des ressources ; Contrôle d'accès : l'identité de l'application de fonctions doit "
        "pouvoir lire et écrire les blobs, les files d'attente et les tables.",
    ),
    "shop-url-invalid": Problem(
        Fault.SETUP, 400,
        "This is not a Shopify admin address",
        "Enter the shop's permanent address, e.g. demo-fr.myshopify.com (Shopify admin > Settings"
        " > Domains).",
        "Ce n'est pas une adresse d'administration Shopify",
        "Saisir l'adresse permanente du magasin, p. ex. demo-fr.myshopify.com (administration "
        "Shopify > Paramètres > Domaines).",
    ),
    "shop-card-invalid": Problem(
        Fault.SETUP, 400,
        "The shop card holds values that do not fit",
        "Shop card: correct the fields named in the sentence.",
        "La fiche magasin contient des valeurs qui ne conviennent pas",
        "Fiche magasin : corriger les champs nommés dans la phrase.",
    ),
    "shop-unknown": Problem(
        Fault.SETUP, 404,
        "There is no such shop",
        "Shops page: choose a shop from the list, or create its card.",
        "Ce magasin n'existe pas",
        "Page Magasins Shopify : choisir un magasin de la liste, ou créer sa fiche.",
    ),
    "order-out-of-reach": Problem(
        Fault.SETUP, 422,
        "The app may not read an order this old",
        "Shopify > Dev Dashboard > the app > request access to all orders (read_all_orders); then Shop card > Request "
        "access, and retry the record. Or make the document by hand and dismiss the record.",
        "L'application ne peut pas lire une commande aussi ancienne",
        "Shopify > Dev Dashboard > l'application > demander l'accès à toutes les commandes (read_all_orders) ; puis "
        "Fiche magasin > Demander l'accès, et relancer l'enregistrement. Ou créer le document à la main et écarter "
        "l'enregistrement.",
    ),
    "shop-card-moved": Problem(
        Fault.SETUP, 409,
        "This card belongs to its store and its company",
        "Make a new shop card for another store or another company. Or, if this one is to be used: Shop card > Forget "
        "Links, then change it.",
        "Cette fiche appartient à sa boutique et à sa société",
        "Créer une nouvelle fiche pour une autre boutique ou une autre société. Ou, si c'est celle-ci qui doit "
        "servir : Fiche magasin > Oublier les liens, puis la modifier.",
    ),
    "shop-card-twice": Problem(
        Fault.SETUP, 409,
        "Another card brings this store into this company already",
        "Shop card named in the sentence > Enabled: switch off, and forget its links if it is not needed; or choose "
        "another company on this one.",
        "Une autre fiche apporte déjà cette boutique dans cette société",
        "Fiche magasin nommée dans la phrase > Activé : désactiver, et oublier ses liens si elle ne sert plus ; ou "
        "choisir une autre société sur celle-ci.",
    ),
    "shop-disabled": Problem(
        Fault.SETUP, 409,
        "The shop is not enabled",
        "Shop card > Enabled: switch on.",
        "Le magasin n'est pas activé",
        "Fiche magasin > Activé : activer.",
    ),
    "not-found": Problem(
        Fault.DATA, 404,
        "There is no such record",
        "Check the identifier, or go back to the list.",
        "Cet enregistrement n'existe pas",
        "Vérifier l'identifiant, ou revenir à la liste.",
    ),
    "confirmation-needed": Problem(
        Fault.DATA, 409,
        "This cannot be undone and has to be confirmed",
        "Read what the sentence says would happen, and repeat the call with the confirmation that it names.",
        "Ceci ne peut pas être annulé et doit être confirmé",
        "Lire ce qui se passerait d'après la phrase, et répéter l'appel avec la confirmation qu'elle indique.",
    ),
    "escalation-not-offered": Problem(
        Fault.DATA, 409,
        "Shopify's support cannot help with this log entry",
        "Choose a log entry of a call to Shopify with status 500 that is younger than 14 days.",
        "Le support de Shopify ne peut rien faire de cette écriture du journal",
        "Choisir une écriture d'un appel à Shopify avec le statut 500 et de moins de 14 jours.",
    ),
    "input-invalid": Problem(
        Fault.DATA, 400,
        "The request cannot be understood",
        "Correct the value named in the sentence and send it again.",
        "La demande ne peut pas être comprise",
        "Corriger la valeur nommée dans la phrase et renvoyer.",
    ),
    "sync-already-running": Problem(
        Fault.DATA, 409,
        "A synchronization of this shop is already running",
        "Wait until it has ended; it also takes what changed meanwhile.",
        "Une synchronisation de ce magasin est déjà en cours",
        "Attendre sa fin ; elle reprend aussi ce qui a changé entre-temps.",
    ),
    "api-version-unsupported": Problem(
        Fault.US, 502,
        "Shopify answers with another API version",
        "Update the connector to a release that speaks a supported API version.",
        "Shopify répond avec une autre version d'API",
        "Mettre à jour le connecteur vers une version qui parle une version d'API prise en "
        "charge.",
    ),
    "request-too-long": Problem(
        Fault.US, 422,
        "The request to Shopify is too long",
        "Shorten the text or the number of images named in the sentence.",
        "La requête vers Shopify est trop longue",
        "Raccourcir le texte ou le nombre d'images nommés dans la phrase.",
    ),
    "shopify-refused": Problem(
        Fault.US, 502,
        "Shopify refused the request",
        "Report the sentence; it names the field that Shopify does not accept.",
        "Shopify a refusé la requête",
        "Signaler la phrase ; elle nomme le champ que Shopify n'accepte pas.",
    ),
    "shopify-throttled": Problem(
        Fault.OTHER_SERVICE, 503,
        "Shopify keeps throttling",
        "Nothing to do: the next run continues at the same place. If it lasts, look for other "
        "apps that use this app's points.",
        "Shopify limite durablement le débit",
        "Rien à faire : la prochaine exécution continue au même endroit. Si cela dure, chercher d'autres "
        "applications qui consomment les points de cette application.",
    ),
    "shopify-unavailable": Problem(
        Fault.OTHER_SERVICE, 503,
        "Shopify does not answer",
        "Nothing to do: the next run continues at the same place. See Shopify's status page; "
        "support helps within 7 days with the request id.",
        "Shopify ne répond pas",
        "Rien à faire : la prochaine exécution continue au même endroit. Voir la page d'état de "
        "Shopify ; le support aide sous 7 jours avec l'identifiant de requête.",
    ),
    "bc-unauthorized": Problem(
        Fault.SETUP, 409,
        "Business Central refuses the connector's sign-in",
        "Business Central > Microsoft Entra Applications: the app must be enabled and hold the "
        "permission sets; check client id and secret in the settings.",
        "Business Central refuse la connexion du connecteur",
        "Business Central > Applications Microsoft Entra : l'application doit être activée avec "
        "les ensembles d'autorisations ; vérifier l'identifiant client et le secret dans les "
        "paramètres.",
    ),
    "bc-company-unknown": Problem(
        Fault.SETUP, 409,
        "Business Central has no company with this id",
        "Shop card > Company: choose the company again.",
        "Business Central n'a pas de société avec cet identifiant",
        "Fiche magasin > Société : choisir à nouveau la société.",
    ),
    "bc-throttled": Problem(
        Fault.OTHER_SERVICE, 503,
        "Business Central keeps refusing because of too many requests",
        "Nothing to do: the next run continues at the same place.",
        "Business Central refuse durablement à cause d'un trop grand nombre de requêtes",
        "Rien à faire : la prochaine exécution continue au même endroit.",
    ),
    "bc-unavailable": Problem(
        Fault.OTHER_SERVICE, 503,
        "Business Central does not answer",
        "Nothing to do: the next run continues at the same place. See the Business Central admin "
        "center.",
        "Business Central ne répond pas",
        "Rien à faire : la prochaine exécution continue au même endroit. Voir le centre "
        "d'administration Business Central.",
    ),
    "bc-request-invalid": Problem(
        Fault.US, 502,
        "Business Central does not understand our request",
        "Report the sentence; it names the property that Business Central does not accept.",
        "Business Central ne comprend pas notre requête",
        "Signaler la phrase ; elle nomme la propriété que Business Central n'accepte pas.",
    ),
    "webhook-signature-invalid": Problem(
        Fault.SETUP, 401,
        "The signature of a webhook is wrong",
        "Settings: SHOPIFY_CLIENT_SECRET must be the secret of the app that made the subscriptions; after a rotation "
        "the old one belongs into SHOPIFY_PREVIOUS_CLIENT_SECRET.",
        "La signature d'un webhook est incorrecte",
        "Paramètres : SHOPIFY_CLIENT_SECRET doit être le secret de l'application qui a créé les abonnements ; après "
        "une rotation, l'ancien va dans SHOPIFY_PREVIOUS_CLIENT_SECRET.",
    ),
    "not-signed-in": Problem(
        Fault.SETUP, 401,
        "The caller is not signed in",
        "Sign in with Microsoft Entra, then call again. If nobody can: Azure portal > function app > Authentication: "
        "switch it on, or set REQUIRE_SIGN_IN to false.",
        "L'appelant n'est pas connecté",
        "Se connecter avec Microsoft Entra, puis rappeler. Si personne ne le peut : portail Azure > application de "
        "fonctions > Authentification : l'activer, ou mettre REQUIRE_SIGN_IN à false.",
    ),
    "sign-in-not-set-up": Problem(
        Fault.SETUP, 403,
        "Nobody can sign in to the portal yet",
        "Set CONNECTOR_SIGN_IN_CLIENT_ID to an app registration in Microsoft Entra and deploy (docs/infrastructure.md, "
        "People who sign in); or Azure portal > function app > Authentication: add Microsoft as identity provider.",
        "Personne ne peut encore se connecter au portail",
        "Mettre dans CONNECTOR_SIGN_IN_CLIENT_ID une inscription d'application de Microsoft Entra et déployer "
        "(docs/infrastructure.md, People who sign in) ; ou portail Azure > application de fonctions > "
        "Authentification : ajouter Microsoft comme fournisseur d'identité.",
    ),
    "form-not-ours": Problem(
        Fault.SETUP, 403,
        "The form did not come from this portal",
        "Open the portal at the address in PUBLIC_URL, reload the page and send the form again. Cookies of the portal "
        "must be allowed.",
        "Le formulaire ne vient pas de ce portail",
        "Ouvrir le portail à l'adresse de PUBLIC_URL, actualiser la page et renvoyer le formulaire. Les cookies du "
        "portail doivent être autorisés.",
    ),
    "role-missing": Problem(
        Fault.SETUP, 403,
        "The caller may not do this",
        "Microsoft Entra > Enterprise applications > the connector > Users and groups: assign the named role, then "
        "sign in again.",
        "L'appelant n'est pas autorisé à faire cela",
        "Microsoft Entra > Applications d'entreprise > le connecteur > Utilisateurs et groupes : attribuer le rôle "
        "nommé, puis se reconnecter.",
    ),
    "settings-invalid": Problem(
        Fault.SETUP, 500,
        "An application setting is missing or wrong",
        "Azure portal > function app > Environment variables: correct the named settings.",
        "Un paramètre d'application manque ou est incorrect",
        "Portail Azure > application de fonctions > Variables d'environnement : corriger les paramètres nommés.",
    ),
    "settings-unresolved": Problem(
        Fault.SETUP, 503,
        "Settings have not been read from Key Vault yet",
        "Have the references read again: az rest --method post --url https://management.azure.com/<resource id of the "
        "function app>/config/configreferences/appsettings/refresh?api-version=2022-03-01, or change any setting.",
        "Des paramètres n'ont pas encore été lus dans Key Vault",
        "Faire relire les références : az rest --method post --url https://management.azure.com/<id de ressource de "
        "l'application de fonctions>/config/configreferences/appsettings/refresh?api-version=2022-03-01, ou modifier "
        "n'importe quel paramètre.",
    ),
    "internal-error": Problem(
        Fault.US, 500,
        "The connector failed",
        "Report the time and the run; the log of the function app holds the details.",
        "Le connecteur a échoué",
        "Signaler l'heure et l'exécution ; le journal de l'application de fonctions contient les "
        "détails.",
    ),
}
