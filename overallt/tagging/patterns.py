"""Patterns of markup for an automaton, which neither goes back nor looks around.

An automaton reads each byte once, whatever the pattern, and follows all readings of a
page at the same time. So each pattern here admits exactly one reading, that of the HTML
Standard's tokenizer (13.2.5), and none at all of markup that is too strange to be worth
it. What a pattern must not contain is spelled out as a trie of the words to avoid.
"""

from collections.abc import Iterable
from string import ascii_lowercase
from typing import Final

SPACE: Final = r"[\t\n\f\r ]"
_SPACES: Final = r"\t\n\f\r "
_END_OF_NAME: Final = rf"{_SPACES}/>"
_NAME: Final = rf"[^{_END_OF_NAME}=]+"
_EQUALS: Final = f"{SPACE}*={SPACE}*"
_QUOTED: Final = "(?:\"[^\"]*\"|'[^']*')"
_UNQUOTED: Final = rf"[^{_SPACES}\"'>][^{_SPACES}>]*"

type Trie = dict[str, "Trie"]


def any_of(words: str) -> str:
    """Return a pattern for one of *words*, which stand between spaces, in any case."""
    return f"(?i:{'|'.join(words.split())})"


def name_but(words: str) -> str:
    """Return a pattern for the name of an element that is none of *words*."""
    return f"(?:{_other_than(_trie(words.split()), _END_OF_NAME, begins='a-zA-Z')})"


def attributes(name: str = _NAME, *others: str) -> str:
    """Return a pattern for what follows a tag's name, if its attributes are *name*s.

    The *others* are patterns for an attribute with its quoted value. A quote opens a
    value only right after an equals sign, and an equals sign begins no name.
    """
    valued = f"{_EQUALS}(?:{_QUOTED}|{_UNQUOTED}{SPACE})"
    whole = "|".join([f"[{_SPACES}/]", f"{name}(?:[{_SPACES}/]|{valued})", *others])
    last = f"{name}(?:{_EQUALS}(?:{_UNQUOTED})?)?"
    return f"(?:[{_SPACES}/](?:{whole})*(?:{last})?)?>"


def attribute_beginning_unlike(word: str) -> str:
    """Return a pattern for the name of an attribute that does not begin with *word*."""
    ends = f"{_END_OF_NAME}="
    pattern = ""
    for letter in reversed(word):
        cases = _both_cases(letter)
        begun = f"|[{cases}](?:{pattern})?" if pattern else ""
        pattern = f"[^{ends}{cases}][^{ends}]*{begun}"
    return f"(?:{pattern})"


def quoted_attributes() -> str:
    """Return a pattern for what follows a name: all in quotes, no slash at the end."""
    return f"(?:{SPACE}+(?:{_NAME}{_EQUALS}{_QUOTED}{SPACE}*)*)?>"


def content(markup: str) -> str:
    """Return a pattern for text and for *markup*, which begins after its bracket."""
    return f"(?:[^<]|<(?:{markup}))*"


def excluding(characters: str, pattern: str) -> str:
    """Return *pattern* without what contains any of *characters*, if it names none."""
    return pattern.replace("[^", f"[^{characters}")


def element(name: str, inside: str, begin: str) -> str:
    """Return a pattern for an element *name* after its first bracket."""
    return f"{name}{begin}{inside}</{name}{SPACE}*>"


def raw_text(name: str) -> str:
    """Return a pattern for an element whose content is only ended by its end tag."""
    end = f"/{name}"
    parts = [end[:length] for length in range(len(end) + 1)]
    # An angle bracket may always begin the end tag anew.
    again = "(?:<(?:" + "|".join(map(_either_case, parts)) + "))*"
    others = [
        _either_case(part) + f"[^<{_both_cases(following)}]"
        for part, following in zip(parts, end, strict=False)
    ]
    others.append(_either_case(end) + f"[^<{_END_OF_NAME}]")
    inside = f"(?:[^<]|{again}<(?:{'|'.join(others)}))*{again}"
    return element(f"(?i:{name})", inside, attributes())


def _unlike(word: str, ends: str) -> str:
    """Return a pattern for what begins like *word* up to where it differs.

    None of *ends* may be what differs: there, something else might begin.
    """
    pattern = ""
    for letter in reversed(word):
        cases = _both_cases(letter)
        begun = f"|[{cases}](?:{pattern})" if pattern else ""
        pattern = f"[^{ends}{cases}]{begun}"
    return f"(?:{pattern})"


def _both_cases(letter: str) -> str:
    return letter.lower() + letter.upper() if letter.isalpha() else rf"\{letter}"


# The dashes that open a comment may not be those that close it, and one that ends in
# "--!>" is left alone.
COMMENT: Final = (
    r"!--(?:(?:[^\->]|-[^\->]|--+[^\->!])(?:[^\-]|-[^\-]|--+[^\->!])*)?--+>"
)
BOGUS_COMMENT: Final = r"(?:!(?:-?[^\->][^>]*|-)?|\?[^>]*|/(?:[^a-zA-Z>][^>]*)?)>"
NO_MARKUP: Final = r"<*[^a-zA-Z/!?<]"

# Inside of an opened comment a script ends at its end tag, too; one that holds another
# script's tag has more states than this. The dashes that open may be those that close.
_NO_SCRIPT: Final = "<(?:/?{})".format(_unlike("script", r"/<\-"))
_ESCAPED: Final = rf"(?:[^\-<]|-[^\-<]|--+[^\-<>]|{_NO_SCRIPT})*"
_NO_END: Final = _unlike("script", "<")
_IN_SCRIPT: Final = rf"(?:[^<]|<(?:[^/!<]|!(?:[^\-<]|-[^\-<])|/{_NO_END}))*"
SCRIPT: Final = (
    rf"(?i:script){attributes()}{_IN_SCRIPT}"
    rf"(?:<!---*(?:[^\-<>]{_ESCAPED}--+)?>{_IN_SCRIPT})*"
    rf"(?:<!---*[^\-<>]{_ESCAPED}-*)?</(?i:script){SPACE}*>"
)


def _trie(words: Iterable[str]) -> Trie:
    root: Trie = {}
    for word in words:
        node = root
        for letter in word.lower():
            node = node.setdefault(letter, {})
        node[""] = {}
    return root


def _other_than(node: Trie, ends: str, begins: str = "") -> str:
    """Return a pattern for a name that leaves the trie *node* or ends within it.

    *ends* are the characters that no name contains; *begins* those it may begin with,
    if not all others.
    """
    letters = [letter for letter in node if letter]
    known = "".join(map(_both_cases, letters))
    more = f"[^{ends}]*"
    if begins:
        other = "".join(
            _both_cases(each) for each in ascii_lowercase if each not in node
        )
        ways = [f"[{other}]{more}"]
    else:
        ways = [f"[^{ends}{known}]{more}"]
    for letter in letters:
        following = node[letter]
        rest = _other_than(following, ends)
        optional = "" if "" in following else "?"
        ways.append(f"[{_both_cases(letter)}](?:{rest}){optional}")
    return "|".join(ways)


def _either_case(word: str) -> str:
    return "".join(f"[{_both_cases(letter)}]" for letter in word)
