#!/usr/bin/python3
"""Every text of the console has its translation: looks for texts in the sources as lupdate does, and for each in each language."""

import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LUPDATE = shutil.which("lupdate", path="/usr/lib/qt6/bin:/usr/bin")


def missing(file):
    """The texts without a translation, and translations that lose or invent a placeholder."""
    with tempfile.TemporaryDirectory(prefix="drover-") as folder:
        copy = Path(folder) / file.name
        shutil.copy(file, copy)
        subprocess.run([LUPDATE, "-silent", "-locations", "none", "-no-obsolete", "-I", ".", "gui", "-ts", str(copy)], cwd=ROOT, check=True,
                       stderr=subprocess.DEVNULL)
        for context in tree.parse(copy).getroot().iter("context"):
            for message in context.iter("message"):
                source, translation = message.findtext("source"), message.find("translation")
                text = "".join(translation.itertext())
                if translation.get("type") == "unfinished" or not text:
                    yield context.findtext("name"), source, "is missing"
                elif any((f"%{i}" in source) != (f"%{i}" in text) for i in range(1, 10)):
                    yield context.findtext("name"), source, "has other placeholders"


def main():
    if LUPDATE is None:
        sys.exit("lupdate is missing: apt-get install qt6-tools-dev qt6-l10n-tools")
    bad = [(file.name, *what) for file in sorted((ROOT / "gui/translations").glob("*.ts")) for what in missing(file)]
    for name, context, source, problem in bad:
        print(f"{name}: {context}: {source!r} {problem}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
