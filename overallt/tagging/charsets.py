"""Which pages may be read byte by byte as if they were ASCII.

In UTF-8 and in the single-byte charsets of the web a byte below 0x80 is always the
ASCII character, so that a text tag can be found without decoding anything. Where half a
character may look like a bracket (Shift_JIS, GBK, Big5), where ASCII means something
else (UTF-16, ISO-2022-JP), and where the name is unknown, the page is left alone.
"""

import functools
import re
from typing import Final

_CHARSET: Final = re.compile(r";\s*charset\s*=\s*[\"']?([^\s;\"']*)", re.IGNORECASE)

# Encoding Standard, 4.2, "Names and labels"; the families there, not each label.
_BYTEWISE: Final = re.compile(
    r"(?:unicode-1-1-|x-unicode20|unicode11|unicode20)?utf-?8"
    r"|(?:us-)?ascii|ansi_x3\.4-1968"
    r"|(?:windows-|cp|x-cp)125[0-8]|windows-874|dos-874|tis-620"
    r"|(?:cs)?iso[-_]?8859[-_]?(?:[1-9]|1[013-6])(?:-[ei]|:19[0-9]{2})?"
    r"|(?:cs)?iso-?latin[1-6]|latin[1-6]|l[1-6]|arabic|cyrillic|greek8?|hebrew|logical"
    r"|koi8?(?:-?r|-?u|-ru|_r)?|cskoi8r|(?:cs)?ibm866|(?:cp)?866"
    r"|(?:cs)?macintosh|mac|x-mac-(?:roman|cyrillic|ukrainian)",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=256)
def is_bytewise(content_type: str | None) -> bool:
    """Tell whether a page of *content_type* can be rewritten on its bytes.

    ``None`` and a type without charset can: all that a browser falls back to is
    ASCII-compatible. Only HTML can; XML has other rules of what is text.
    """
    if content_type is None:
        return True
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in {"", "text/html"}:
        return False
    charset = _CHARSET.search(content_type)
    return charset is None or _BYTEWISE.fullmatch(charset[1]) is not None
