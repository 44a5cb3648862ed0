"""French for the messages a customer, an item or a sales document can raise.

Rules: Business Central answers in the language of `Accept-Language`; without one a French company answers French,
which is why clients must send en-US and classify on codes. The wording follows the French application where it is
publicly quoted and is ours elsewhere. Templates are keyed by their English form; a test holds the keys to the code.
"""

from __future__ import annotations

from .errors import BcError

TEMPLATES: dict[str, str] = {
    "{field} must have a value in {table}: {key}. It cannot be zero or empty.":
        "{field} doit avoir une valeur dans {table} : {key}. Il ne peut pas être égal à zéro ni vide.",
    "{field} must be equal to '{expected}'  in {table}: {key}. Current value is '{actual}'.":
        "{field} doit être égal à '{expected}' dans {table} : {key}. La valeur actuelle est '{actual}'.",
    "The {table} does not exist. Identification fields and values: {key}":
        "{table} n'existe pas. Champs et valeurs d'identification : {key}",
    "There is no {table} within the filter.\n\nFilters: {filters}":
        "Il n'y a pas de {table} dans le filtre.\n\nFiltres : {filters}",
    "The record in table {table} already exists. Identification fields and values: {key}":
        "L'enregistrement existe déjà dans la table {table}. Champs et valeurs d'identification : {key}",
    "The field {field} of table {table} contains a value ({value}) that cannot be found in the related table "
    "({related}).":
        "Le champ {field} de la table {table} contient une valeur ({value}) introuvable dans la table associée "
        "({related}).",
    "The length of the string is {length}, but it must be less than or equal to {maximum} characters. "
    "Value: {value}":
        "La longueur de la chaîne est {length}, mais elle doit être inférieure ou égale à {maximum} caractères. "
        "Valeur : {value}",
    'A "displayName" must be provided.': 'Un "displayName" doit être indiqué.',
    'A "customerNumber" or a "customerId" must be provided.':
        'Un "customerNumber" ou un "customerId" doit être indiqué.',
    "The {group} cannot be found.": "Le {group} est introuvable.",
    'The "{name}" does not match to a {caption}.': 'Le "{name}" ne correspond pas à : {caption}.',
    'The "currencyCode" does not match to a Currency.': 'Le "currencyCode" ne correspond pas à une devise.',
    'The "currencyId" does not match to a Currency.': 'Le "currencyId" ne correspond pas à une devise.',
    "You cannot create this type of document when Customer {number} is blocked with type {type}":
        "Vous ne pouvez pas créer ce type de document lorsque le client {number} est bloqué avec le type {type}",
    "You cannot post this type of document when Customer {number} is blocked with type {type}":
        "Vous ne pouvez pas valider ce type de document lorsque le client {number} est bloqué avec le type {type}",
    "You cannot create this type of document when Customer {number} is blocked for privacy.":
        "Vous ne pouvez pas créer ce type de document lorsque le client {number} est bloqué pour confidentialité.",
    "You cannot sell Item {number} because the Sales Blocked check box is selected on the Item card.":
        "Vous ne pouvez pas vendre l'article {number} car Vente bloquée est cochée sur la fiche article.",
    "You cannot sell Item Variant {code} because the Sales Blocked check box is selected on the Item Variant card.":
        "Vous ne pouvez pas vendre la variante article {code} car Vente bloquée est cochée sur la fiche variante.",
    "It is not possible to assign numbers automatically. If you want the program to assign numbers automatically, "
    "please activate Default Nos. in No. Series {code}.":
        "Il n'est pas possible d'attribuer des numéros automatiquement. Pour cela, activez N° par défaut dans la "
        "souche de n° {code}.",
    "You cannot assign new numbers from the number series {code} on {date}.":
        "Vous ne pouvez pas attribuer de nouveaux numéros à partir de la souche de n° {code} le {date}.",
    "Item does not exist.": "L'article n'existe pas.",
    "Account does not exist.": "Le compte n'existe pas.",
    'Both "itemId" and "accountId" are specified. Specify only one of them.':
        'Les champs "itemId" et "accountId" sont tous deux indiqués. N\'en indiquez qu\'un.',
    "Phone No. must not contain letters in {table}: {key}.":
        "N° téléphone ne doit pas contenir de lettres dans {table} : {key}.",
    'The email address "{address}" is not valid.': 'L\'adresse de messagerie "{address}" n\'est pas valide.',
    "You may not enter numbers manually. If you want to enter numbers manually, please activate Manual Nos. in No. "
    "Series {code}.":
        "Vous ne pouvez pas entrer les numéros manuellement. Pour cela, activez N° manuels dans la souche de n° "
        "{code}.",
    "The value in the Line Discount % field must be between 0 and 100.":
        "La valeur du champ % remise ligne doit être comprise entre 0 et 100.",
    "You cannot insert a line because a line already exists.":
        "Vous ne pouvez pas insérer de ligne, car une ligne existe déjà.",
    "Please add at least one line item to the document.": "Ajoutez au moins une ligne au document.",
    "Posting Date is not within your range of allowed posting dates.":
        "Date comptabilisation n'est pas dans la plage de dates autorisée.",
    "Another user has already changed the record.": "Un autre utilisateur a déjà modifié l'enregistrement.",
    "We can't save your changes right now, because a record in table '{table}' is being updated in a transaction "
    "done by another session.":
        "Impossible d'enregistrer vos modifications, car un enregistrement de la table '{table}' est en cours de "
        "mise à jour dans une transaction d'une autre session.",
}  # fmt: skip

CAPTIONS: dict[str, str] = {
    "Gen. Bus. Posting Group": "Groupe compta. marché",
    "Customer Posting Group": "Groupe compta. client",
    "Gen. Prod. Posting Group": "Groupe compta. produit",
    "VAT Prod. Posting Group": "Groupe compta. produit TVA",
    "Inventory Posting Group": "Groupe compta. stock",
    "VAT Posting Setup": "Paramètres compta. TVA",
    "General Posting Setup": "Paramètres comptabilisation",
    "Customer": "Client", "Item": "Article", "G/L Account": "Compte général", "Sales Line": "Ligne vente",
    "Sales Header": "En-tête vente", "Currency Exchange Rate": "Taux de change", "Country/Region": "Pays/région",
    "Country/Region Code": "Code pays/région", "Blocked": "Bloqué", "Direct Posting": "Imputation directe",
    "Quantity": "Quantité", "Variant Code": "Code variante", "Item Variant": "Variante article",
    "No. Series": "Souche de n°",
    "Unit of Measure Code": "Code unité", "Item Unit of Measure": "Unité article", "Yes": "Oui", "No": "Non",
    "sell-to customer": "donneur d'ordre", "bill-to customer": "client facturé",
    "Tariff No.": "Nomenclature produit", "Tariff Number": "Nomenclature produit",
    "Payment Terms": "Conditions de paiement", "Shipment Method": "Conditions de livraison",
}  # fmt: skip


def french(problem: BcError) -> str:
    """The message in French; English where there is no translation."""
    if problem.template not in TEMPLATES:
        return problem.message()
    return problem.message(TEMPLATES, CAPTIONS).replace("No.=", "N°=")
