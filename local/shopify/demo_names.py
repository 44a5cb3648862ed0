"""Words of the demo shop: people, places and goods, chosen to look real and to contain unicode.

Border: constants only. Buyers live where the demo company of Business Central can post: France mostly,
then Germany, Spain, Ireland, Great Britain, the United States.
"""
from __future__ import annotations

from typing import Any

# country: (weight, locale, first names, last names, streets, cities (city, zip, province, code), phone prefix)
PLACES: dict[str, dict[str, Any]] = {
    "FR": {"weight": 62, "locale": "fr", "phone": "+331", "digits": 8,
           "first": ["Marie", "Zoé", "François", "Hélène", "Jean-Luc", "Anaïs", "Benoît", "Chloé", "Noël", "Inès"],
           "last": ["Lefèvre", "Dubois", "Müller-Petit", "Bézier", "Garnier", "d'Estaing", "Le Goff", "Roux"],
           "street": ["rue de la République", "avenue Jean Jaurès", "quai des Célestins", "impasse du Chêne"],
           "city": [("Paris", "75004", None, None), ("Lyon", "69002", None, None),
                    ("Saint-Étienne", "42000", None, None), ("Aix-en-Provence", "13100", None, None)]},
    "DE": {"weight": 10, "locale": "de", "phone": "+4930", "digits": 8,
           "first": ["Jürgen", "Käthe", "Björn", "Annelie"], "last": ["Weiß", "Schröder", "Großmann", "Özdemir"],
           "street": ["Königstraße", "Am Mühlbach", "Goethestraße"],
           "city": [("Köln", "50667", None, None), ("München", "80331", None, None),
                    ("Berlin", "10115", None, None)]},
    "ES": {"weight": 8, "locale": "es", "phone": "+3491", "digits": 7,
           "first": ["Íñigo", "María José", "Begoña", "Óscar"], "last": ["Núñez", "García Peña", "Ibáñez"],
           "street": ["Calle de la Montaña", "Paseo de Gracia"],
           "city": [("Barcelona", "08007", "Barcelona", "B"), ("A Coruña", "15001", "A Coruña", "C")]},
    "IE": {"weight": 6, "locale": "en", "phone": "+3531", "digits": 7,
           "first": ["Siobhán", "Pádraig", "Aoife"], "last": ["O'Brien", "Ní Dhomhnaill", "Murphy"],
           "street": ["Main Street", "Bóthar na Trá"],
           "city": [("Dublin", "D02 X285", "Dublin", "D"), ("Galway", "H91 E2K3", "Galway", "G")]},
    "GB": {"weight": 8, "locale": "en", "phone": "+4420", "digits": 8,
           "first": ["Oliver", "Poppy", "Rhys"], "last": ["Smith", "Llewellyn", "Ashworth-Browne"],
           "street": ["High Street", "Abbey Road"],
           "city": [("London", "NW8 9AY", "England", "ENG"), ("Leeds", "LS1 4AP", "England", "ENG")]},
    "US": {"weight": 6, "locale": "en", "phone": "+1212", "digits": 7,
           "first": ["Emily", "José", "Tyler"], "last": ["Johnson", "O'Neill", "Hernández"],
           "street": ["Main St", "5th Avenue"],
           "city": [("New York", "10001", "New York", "NY"), ("Austin", "73301", "Texas", "TX")]},
}

LONG_CITY = "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson"
LONG_STREET = ("Résidence les Jardins de l'Observatoire, bâtiment C, escalier 4, troisième étage, porte gauche, "
               "12 bis rue du Faubourg-Saint-Honoré (cour arrière)").ljust(140, ".")[:140]
COMPANIES = ["Radium SA", "Boulangerie Frères Léger", "Hôtel du Lac", "Kaffeehaus Jäger GmbH"]

GOODS = [("Lampe", "LAMPE", "Luminaires"), ("Fauteuil", "FAUT", "Mobilier"), ("Tasse émaillée", "TASSE", "Table"),
         ("Écharpe", "ECHARP", "Mode"), ("Carnet", "CARNET", "Papeterie"), ("Vélo d'enfant", "VELO", "Jeux"),
         ("Savon à l'olive", "SAVON", "Bain"), ("Bougie", "BOUGIE", "Maison"), ("Théière", "THEIER", "Table"),
         ("Sac à dos", "SAC", "Mode")]
STYLES = ["Azur", "Forêt", "Ambre", "Nuit", "Corail", "Ivoire", "Ocre", "Lilas", "Brume", "Safran"]
SIZES = ["S", "M", "L", "XL"]
COLOURS = [("Rouge", "RGE"), ("Bleu nuit", "BLN"), ("Écru", "ECR")]
VENDORS = ["Atelier Lumière", "Maison Dupré", "Nordlicht GmbH", "Casa Peña", "Demo FR"]
CARRIERS = [("Colissimo", "6.90"), ("Chronopost Express", "14.50"), ("Mondial Relay", "4.20")]
CODES = ["BIENVENUE10", "ÉTÉ2026", "MERCI5"]
NOTES = ["Laisser chez le voisin, merci !", "Geschenk – bitte ohne Rechnung", "Ring twice 🔔", "Sonner à « Léger »"]
