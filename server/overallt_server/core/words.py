"""The words that describe a thing: its language, category and tags, title and text.

Languages and categories are Flattr's own (REST API v2, ``/languages`` and
``/categories``), so that what old clients send is known here.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from overallt_server.core.refusals import InvalidThing

TITLE_LENGTH: Final = range(5, 101)
MAX_DESCRIPTION_LENGTH: Final = 1000
MAX_TAGS: Final = 20
MAX_TAG_LENGTH: Final = 50

# Each code and its name in English, in Flattr's order.
CATEGORIES: Final[Mapping[str, str]] = {
    "text": "Text",
    "images": "Images",
    "video": "Video",
    "audio": "Audio",
    "software": "Software",
    "people": "People",
    "rest": "Other",
}
LANGUAGES: Final[Mapping[str, str]] = {
    "sq_AL": "Albanian",
    "ar_DZ": "Arabic",
    "be_BY": "Belarusian",
    "bg_BG": "Bulgarian",
    "ca_ES": "Catalan",
    "zh_CN": "Chinese",
    "hr_HR": "Croatian",
    "cs_CZ": "Czech",
    "da_DK": "Danish",
    "nl_NL": "Dutch",
    "en_GB": "English",
    "et_EE": "Estonian",
    "fi_FI": "Finnish",
    "fr_FR": "French",
    "de_DE": "German",
    "el_GR": "Greek",
    "iw_IL": "Hebrew",
    "hi_IN": "Hindi",
    "hu_HU": "Hungarian",
    "is_IS": "Icelandic",
    "in_ID": "Indonesian",
    "ga_IE": "Irish",
    "it_IT": "Italian",
    "ja_JP": "Japanese",
    "ko_KR": "Korean",
    "lv_LV": "Latvian",
    "lt_LT": "Lithuanian",
    "mk_MK": "Macedonian",
    "ms_MY": "Malay",
    "mt_MT": "Maltese",
    "no_NO": "Norwegian",
    "pl_PL": "Polish",
    "pt_PT": "Portuguese",
    "ro_RO": "Romanian",
    "ru_RU": "Russian",
    "sr_RS": "Serbian",
    "sk_SK": "Slovak",
    "sl_SI": "Slovenian",
    "es_ES": "Spanish",
    "sv_SE": "Swedish",
    "th_TH": "Thai",
    "tr_TR": "Turkish",
    "uk_UA": "Ukrainian",
    "vi_VN": "Vietnamese",
}


def title_of(text: str) -> str:
    """Return *text* as a title: one line, no blanks to spare."""
    title = " ".join(text.split())
    if len(title) not in TITLE_LENGTH or not title.isprintable():
        raise InvalidThing(
            f"A title has {TITLE_LENGTH.start} to {TITLE_LENGTH.stop - 1} characters."
        )
    return title


def description_of(text: str) -> str:
    """Return *text* as a description: its lines may stay."""
    description = "\n".join(text.strip().splitlines())
    if len(description) > MAX_DESCRIPTION_LENGTH:
        raise InvalidThing(
            f"A description has at most {MAX_DESCRIPTION_LENGTH} characters."
        )
    if not all(sign.isprintable() or sign in "\n\t" for sign in description):
        raise InvalidThing("A description is made of characters that can be read.")
    return description


def tags_of(words: Iterable[str]) -> tuple[str, ...]:
    """Return *words* as tags: each once, in order, without blanks around it."""
    stripped = (" ".join(word.split()) for word in words)
    tags = tuple(dict.fromkeys(word for word in stripped if word))
    if len(tags) > MAX_TAGS:
        raise InvalidThing(f"A thing has at most {MAX_TAGS} tags.")
    for tag in tags:
        if len(tag) > MAX_TAG_LENGTH or "," in tag or not tag.isprintable():
            raise InvalidThing(
                f"A tag has at most {MAX_TAG_LENGTH} characters and no comma."
            )
    return tags


def language_of(code: str) -> str:
    """Return *code* if it is the code of a language that Flattr had."""
    if code not in LANGUAGES:
        raise InvalidThing("Name the language by its code, for example en_GB.")
    return code


def category_of(word: str) -> str:
    """Return *word* if it is a category that Flattr had."""
    if word not in CATEGORIES:
        raise InvalidThing(f"A category is one of {', '.join(sorted(CATEGORIES))}.")
    return word
