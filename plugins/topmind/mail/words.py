"""The few words that a mail says by itself, in four languages.

Words beside the content (kickers, "Read more") follow the content's language, the company's; those of the footer
follow the contact's.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Languages written from right to left.
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi"})

_ENGLISH = {
    "article": "Article",
    "tip": "Tip",
    "promotion": "Offer",
    "event": "Event",
    "spotlight": "Local spotlight",
    "testimonial": "What customers say",
    "expert": "Expert",
    "read_more": "Read more",
    "see_offer": "See the offer",
    "see_event": "See the event",
    "visit": "Visit {name}",
    "watch": "Watch the video",
    "when": "When",
    "location": "Where",
    "until": "Until {date}",
    "from_until": "{first} to {last}",
    "code": "Code",
    "show_code": "Give this code when you book.",
    "own_code": "In each customer’s own mail",
    "phone": "Phone",
    "region": "Area",
    "on_site": "Read it on our site",
    "why": "You get this mail because you asked {company} for it or are a customer.",
    "why_asked": "You get this mail because you asked {company} for it.",
    "why_customer": "You get this mail because you are a customer of {company}.",
    "preferences": "Preferences",
    "unsubscribe": "Unsubscribe",
    "view": "View in browser",
    "footer": "About this mail",
}
_GERMAN = {
    "article": "Artikel",
    "tip": "Tipp",
    "promotion": "Angebot",
    "event": "Veranstaltung",
    "spotlight": "Aus der Nachbarschaft",
    "testimonial": "Das sagen Kunden",
    "expert": "Fachwissen",
    "read_more": "Weiterlesen",
    "see_offer": "Zum Angebot",
    "see_event": "Zur Veranstaltung",
    "visit": "Zu {name}",
    "watch": "Video ansehen",
    "when": "Wann",
    "location": "Wo",
    "until": "Bis {date}",
    "from_until": "{first} bis {last}",
    "code": "Code",
    "show_code": "Nennen Sie diesen Code bei der Buchung.",
    "own_code": "In der persönlichen E-Mail",
    "phone": "Telefon",
    "region": "Gebiet",
    "on_site": "Auf unserer Website lesen",
    "why": "Sie erhalten diese Nachricht, weil Sie {company} darum gebeten haben oder dort Kunde sind.",
    "why_asked": "Sie erhalten diese Nachricht, weil Sie {company} darum gebeten haben.",
    "why_customer": "Sie erhalten diese Nachricht, weil Sie Kunde von {company} sind.",
    "preferences": "Einstellungen",
    "unsubscribe": "Abmelden",
    "view": "Im Browser ansehen",
    "footer": "Über diese Nachricht",
}
_FRENCH = {
    "article": "Article",
    "tip": "Conseil",
    "promotion": "Offre",
    "event": "Rendez-vous",
    "spotlight": "Près de chez nous",
    "testimonial": "Paroles de clients",
    "expert": "Expert",
    "read_more": "Lire la suite",
    "see_offer": "Voir l’offre",
    "see_event": "Voir le rendez-vous",
    "visit": "Découvrir {name}",
    "watch": "Voir la vidéo",
    "when": "Quand",
    "location": "Où",
    "until": "Jusqu’au {date}",
    "from_until": "Du {first} au {last}",
    "code": "Code",
    "show_code": "Indiquez ce code à la réservation.",
    "own_code": "Dans l’e-mail de chaque client",
    "phone": "Téléphone",
    "region": "Secteur",
    "on_site": "Lire sur notre site",
    "why": "Vous recevez ce message parce que vous l’avez demandé à {company} ou que vous en êtes client.",
    "why_asked": "Vous recevez ce message parce que vous l’avez demandé à {company}.",
    "why_customer": "Vous recevez ce message parce que vous êtes client de {company}.",
    "preferences": "Préférences",
    "unsubscribe": "Se désabonner",
    "view": "Voir dans le navigateur",
    "footer": "À propos de ce message",
}
_SPANISH = {
    "article": "Artículo",
    "tip": "Consejo",
    "promotion": "Oferta",
    "event": "Cita",
    "spotlight": "Cerca de casa",
    "testimonial": "Lo que dicen los clientes",
    "expert": "Experto",
    "read_more": "Seguir leyendo",
    "see_offer": "Ver la oferta",
    "see_event": "Ver la cita",
    "visit": "Visitar {name}",
    "watch": "Ver el vídeo",
    "when": "Cuándo",
    "location": "Dónde",
    "until": "Hasta el {date}",
    "from_until": "Del {first} al {last}",
    "code": "Código",
    "show_code": "Diga este código al reservar.",
    "own_code": "En el correo de cada cliente",
    "phone": "Teléfono",
    "region": "Zona",
    "on_site": "Leer en nuestra web",
    "why": "Recibe este mensaje porque lo pidió a {company} o es cliente.",
    "why_asked": "Recibe este mensaje porque lo pidió a {company}.",
    "why_customer": "Recibe este mensaje porque es cliente de {company}.",
    "preferences": "Preferencias",
    "unsubscribe": "Darse de baja",
    "view": "Ver en el navegador",
    "footer": "Sobre este mensaje",
}
WORDS: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}


def short(language: str) -> str:
    """The language without its country: `de-AT` is `de`."""
    return language.replace("_", "-").partition("-")[0].lower()


def known(language: str) -> str:
    """The language of ours that is meant: `de-AT` is `de`, what we do not have is `en`."""
    return short(language) if short(language) in WORDS else "en"


def words(language: str) -> Mapping[str, str]:
    """The words of a language."""
    return WORDS[known(language)]


def kicker(kind: str, language: str) -> str:
    """The word above an item; "" in a language that we have no words of: it can be done without."""
    return words(language)[kind] if short(language) in WORDS else ""


def why_line(language: str, company: str, *, service: bool, asked: bool, client: bool) -> str:
    """Why somebody gets a mail, in their language, as its footer and `topmind why` both say it.

    `asked`: marketing goes to whoever opted in, not to customers as such. A mail of service needs neither.
    """
    said = words(language)
    name = "why_asked" if asked and not service else "why_customer" if client else "why"
    return said[name].format(company=company)


def direction(language: str) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if short(language) in RIGHT_TO_LEFT else "ltr"
