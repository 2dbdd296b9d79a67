"""Runs the benches, prints a table, writes build/bench.json; exit 1 if one fails."""

import argparse
import dataclasses
import importlib
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.append(str(FOLDER.parent / "support"))

from figures import Figure

BUILD = FOLDER.parent.parent / "build"
NAMES = ("tagging", "proxy", "books", "api", "extension", "pages")


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="?", choices=NAMES, help="measure this alone")
    only = parser.parse_args().only
    rows: list[Figure] = []
    for name in [only] if only else NAMES:
        if not (FOLDER / f"{name}.py").exists():
            print(f"{name}: nothing to measure yet", file=sys.stderr)
            continue
        print(f"measuring {name} ...", file=sys.stderr)
        rows += importlib.import_module(name).figures()
    _print(rows)
    BUILD.mkdir(exist_ok=True)
    written = [{**dataclasses.asdict(row), "ok": row.ok} for row in rows]
    for row in written:
        del row["at_least"]
    (BUILD / "bench.json").write_text(json.dumps(written, indent=1), encoding="utf-8")
    return int(not all(row.ok for row in rows))


def _print(rows: list[Figure]) -> None:
    width = max((len(row.figure) for row in rows), default=0)
    for row in rows:
        sign = ">=" if row.at_least else "<="
        must = "" if row.must is None else f"{sign} {row.must:g}"
        verdict = "ok" if row.ok else "MISSED"
        print(f"{row.figure:<{width}}  {row.value:>10.3g}  {must:>9}  {verdict}")


if __name__ == "__main__":
    sys.exit(main())
