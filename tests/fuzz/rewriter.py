"""Looks for pages that break the rewriter, guided by what they make it execute.

The bytes that the fuzzer makes up are a page behind a few that say how it is fed:

    which content type │ how many cuts │ two bytes for each cut │ the page

From the content type 128 on, each of the page's bytes stands for a whole token, so that
tags are soon put into each other, which byte by byte would take for ever.

What it has learned stays in the folder, so that the next run goes on from there. A page
that breaks something is left there, too; ``--show`` prints it for the vectors.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT), str(ROOT / "tests" / "support")]

with atheris.instrument_imports(include=["overallt.tagging"]):
    from invariants import UTF_8, Feeding, check, feeding_in, vectors

    from overallt.tagging import elements

CHARSETS = (
    *("utf-8", "windows-1252", "shift_jis", "gbk", "gb18030", "big5", "euc-jp"),
    *("euc-kr", "iso-2022-jp", "utf-16le", "utf-16be"),
)
CONTENT_TYPES = (
    None,
    *(f"text/html; charset={charset}" for charset in CHARSETS),
    "application/xhtml+xml",
)
MOST_CUTS = 6
LONGEST_INPUT_BYTES = 400
FIRST_OF_TOKENS = bytes([128])


def tokens() -> Iterator[bytes]:
    """Give what pages are made of."""
    yield from (
        *(b"[Flattr=7]", b"x", b" ", b"\n", b"[", b"]", b"[flattr", b"&#91;", b"&#x5d"),
        *(b"&rsqb;", b"&equals;", b"<!--", b"-->", b"--!>", b"<![CDATA[", b"]]>", b"<"),
        *(b"<!doctype html>", b"<meta charset=gbk>", b"<div contenteditable>", b">"),
        *(b"<svg/>", b"\x1b$B", b"\x1b(B", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"),
        *(b"\x81", b"='", b"'", b'"', b"</", b"/>", b"<p title='", b"<font size=1>"),
        *(
            b"<meta name=overallt content=off>",
            b"<i-x>",
            b"</i-x>",
            b"<input type=hidden>",
        ),
        b"<annotation-xml encoding=text/html>",
    )
    names = elements.SPECIAL | elements.FORBIDDING | elements.FORMATTING
    names -= elements.UNSEEN
    for name in sorted(each.rpartition(b" ")[2] for each in names):
        yield from (b"<%b>" % name, b"</%b>" % name)


TOKENS = tuple(dict.fromkeys(tokens()))


def feeding_of(data: bytes) -> Feeding:
    """Return what the fuzzer's *data* stand for; any bytes stand for something."""
    content_type = CONTENT_TYPES[data[0] % len(CONTENT_TYPES)] if data else UTF_8
    count = data[1] % (MOST_CUTS + 1) if len(data) > 1 else 0
    numbers, page = data[2 : 2 + 2 * count], data[2 + 2 * count :]
    if data[0:1] >= FIRST_OF_TOKENS:
        page = b"".join(TOKENS[byte % len(TOKENS)] for byte in page)
    cuts = (
        int.from_bytes(numbers[at : at + 2]) % (len(page) + 1)
        for at in range(0, len(numbers), 2)
    )
    return Feeding(content_type, tuple(cuts), page)


def written(feeding: Feeding) -> bytes:
    """Return *feeding* as the fuzzer writes it."""
    kind = CONTENT_TYPES.index(feeding.content_type)
    cuts = b"".join(cut.to_bytes(2) for cut in feeding.cuts)
    return bytes([kind, len(feeding.cuts)]) + cuts + feeding.page


def seeds() -> Iterator[bytes]:
    """Give the shared vectors and what was found before."""
    for name, key in (("text_tags", "text"), ("contexts", "html")):
        for case in vectors(name):
            for charset in ("utf-8", "utf-16le"):
                page = case[key].encode(charset)
                yield written(Feeding(f"text/html; charset={charset}", (7,), page))
    yield from (written(feeding_in(case)) for case in vectors("findings"))


def show(path: Path) -> None:
    """Print the input in *path* as a case of the shared vectors."""
    feeding = feeding_of(path.read_bytes())
    case = {
        "content_type": feeding.content_type,
        "cuts": feeding.cuts,
        "page": feeding.page.decode("latin-1"),
    }
    print(json.dumps(case, indent=1))


def fuzz(folder: Path, *, seconds: int, runs: int, seed: int) -> None:
    """Fuzz for so long or often, from *seed* on or from 0: anywhere; never returns."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(seeds()):
        (corpus / f"vector-{number}").write_bytes(page)
    dictionary = folder / "dictionary"
    lines = ("".join(f"\\x{byte:02x}" for byte in token) for token in TOKENS)
    dictionary.write_text("".join(f'"{line}"\n' for line in lines), encoding="ascii")
    options = {
        "max_total_time": seconds,
        "runs": runs,
        "seed": seed,
        "max_len": LONGEST_INPUT_BYTES,
        "timeout": 20,
        "dict": dictionary,
        "artifact_prefix": f"{folder}/",
        "print_final_stats": 1,
    }
    arguments = [f"-{name}={value}" for name, value in options.items()]
    atheris.Setup(
        [sys.argv[0], *arguments, str(corpus)], lambda data: check(feeding_of(data))
    )
    atheris.Fuzz()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=-1, help="-1: as many as it can")
    parser.add_argument("--seed", type=int, default=0, help="0: another each time")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "fuzz")
    parser.add_argument("--show", type=Path, help="print this input as a vector")
    asked = parser.parse_args()
    if asked.show:
        show(asked.show)
    else:
        fuzz(asked.folder, seconds=asked.seconds, runs=asked.runs, seed=asked.seed)


if __name__ == "__main__":
    main()
