"""The words that describe a thing: its language, category and tags, title and text.

Languages and categories are Flattr's own (REST API v2, ``/languages`` and
``/categories``), so that what old clients send is known here.
"""

from collections.abc import Iterable
from typing import Final

from overallt_server.core.refusals import InvalidThing

TITLE_LENGTH: Final = range(5, 101)
MAX_DESCRIPTION_LENGTH: Final = 1000
MAX_TAGS: Final = 20
MAX_TAG_LENGTH: Final = 50

CATEGORIES: Final = frozenset(
    {"text", "images", "video", "audio", "software", "people", "rest"}
)
LANGUAGES: Final = frozenset(
    (  # noqa: SIM905 - the quotes of a literal list would hide the codes.
        "sq_AL ar_DZ be_BY bg_BG ca_ES zh_CN hr_HR cs_CZ da_DK nl_NL en_GB et_EE "
        "fi_FI fr_FR de_DE el_GR iw_IL hi_IN hu_HU is_IS in_ID ga_IE it_IT ja_JP "
        "ko_KR lv_LV lt_LT mk_MK ms_MY mt_MT no_NO pl_PL pt_PT ro_RO ru_RU sr_RS "
        "sk_SK sl_SI es_ES sv_SE th_TH tr_TR uk_UA vi_VN"
    ).split()
)


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
