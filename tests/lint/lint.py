#!/usr/bin/python3
"""Reads every source of the tree and says which rules of the house it breaks: `path:line: what`. Exit 1 if any.

Usage: lint.py ROOT
Rules: includes follow the arrows (arrows.py); pure rooms stay pure; short files; no fixed sleeps; no notes-to-self; no paths of
one machine; headers are guarded and open no namespaces; links in documents lead somewhere; scripts parse; sources are formatted.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import arrows  # noqa: E402

SOURCES = (".h", ".cpp")
SCRIPTS = (".py", ".sh", ".bash")
TEXTS = SOURCES + SCRIPTS + (".proto", ".cmake", ".md", ".txt", ".yaml", ".yml", ".json", ".1")
SKIPPED_FOLDERS = re.compile(r"^(build.*|\.git|__pycache__|\.cache)$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Spelled in pieces, so that this file does not accuse itself.
NOTES = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
SLEEPS = re.compile(r"\b(sleep_(for|until)|usl" r"eep|nanosl" r"eep|qSl" r"eep|qWait|time\.sl" r"eep)\s*\(|\bQThread::m?u?sl" r"eep|"
                    r"::sl" r"eep\s*\(|^\s*sl" r"eep\s+[\d$]")
MACHINE_PATHS = re.compile(r"(^|[\s\"'(=:])/(wo" r"rk|home/\w+|ro" r"ot)/\w")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")


def tree(root):
    """Every file of the tree that is not built, relative to the root, sorted."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if not SKIPPED_FOLDERS.match(f))
        found += [os.path.relpath(os.path.join(folder, f), root) for f in sorted(files)]
    return found


def room_of(path):
    """The row of arrows.ROOMS for a file and its folder; (None, None) if there is none."""
    folder = os.path.dirname(path)
    while folder:
        if folder in arrows.ROOMS:
            return folder, arrows.ROOMS[folder]
        folder = os.path.dirname(folder)
    return None, None


def within(include, folders):
    return any(include.startswith(folder + "/") for folder in folders)


def third_party(include, prefixes):
    return any(include.startswith(p) if p.endswith("/") or p == "Q" else include == p or include.startswith(p + "/")
               for p in prefixes)


def complaint_about(include, quoted, path, folder, room, root):
    """Why `path` may not include this; None if it may."""
    if (root / include).is_file():  # a header of the project
        if not quoted:
            return f"write project header {include} in quotes"
        target, _ = room_of(include)
        if target == folder or within(include, (folder,) + room.own):
            return None
        return f"{folder} may not include {include}: no arrow from {folder} to {target or os.path.dirname(include)}"
    if path.startswith("tests/") and include.endswith(".moc"):
        return None
    if include in arrows.STANDARD:
        if room.pure and include in arrows.IMPURE and path not in arrows.IMPURE_FILES:
            return f"{folder} is pure and may not include <{include}>"
        return None
    if third_party(include, room.other):
        return None
    if room.system and not quoted and re.match(r"^(sys|linux|arpa|net|netinet|asm)/|^[a-z_]+\.h$", include) and not third_party(
            include, arrows.ZMQ + ("sqlite3.h", "archive.h", "archive_entry.h", "sodium.h")):
        return None
    if path in arrows.IMPURE_FILES:
        return None
    if quoted and not include.endswith(".pb.h"):
        return f"{include} is not a file of the project; includes start at its root"
    return f"{folder} may not include <{include}>"


def strip_comments(line):
    return re.sub(r"//.*", "", line)


def check_source(path, lines, root, say):
    folder, room = room_of(path)
    if room is None:
        say(0, f"no row for {os.path.dirname(path) or 'the root'} in tests/lint/arrows.py")
        return
    pure_words = [re.compile(w) for w in arrows.PURE_WORDS]
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            why = complaint_about(match[2], match[1] == '"', path, folder, room, root)
            if why:
                say(number, why)
            continue
        if room.pure and path not in arrows.IMPURE_FILES:
            code = strip_comments(line)
            for word in pure_words:
                found = word.search(code)
                if found:
                    say(number, f"{folder} is pure and may not use `{found[0].strip('( ')}`")
    if path.endswith(".h"):
        if not any(line.strip() == "#pragma once" for line in lines):
            say(1, "a header needs #pragma once")
        for number, line in enumerate(lines, 1):
            if re.match(r"^using namespace\b", line):
                say(number, "no `using namespace` in a header")
    if len(lines) > arrows.MAXIMUM_LINES and path not in arrows.LONG_FILES:
        say(len(lines), f"{len(lines)} lines; over {arrows.MAXIMUM_LINES} a file has to justify itself in tests/lint/arrows.py")


def check_text(path, lines, root, say):
    document = path.endswith(".md")
    for number, line in enumerate(lines, 1):
        if NOTES.search(line):
            say(number, "a note to self; do it, or open an issue")
        if MACHINE_PATHS.search(line):
            say(number, "a path of one machine")
        if not document and SLEEPS.search(strip_comments(line) if path.endswith(SOURCES) else line):
            say(number, "a fixed sleep; wait for the event itself")
        for target, _ in LINK.findall(line) if document else []:
            if "://" not in target and not target.startswith("mailto:") and not (root / path).parent.joinpath(target).exists():
                say(number, f"the link to {target} leads nowhere")
    if path.endswith(SCRIPTS) and len(lines) > arrows.MAXIMUM_LINES:
        say(len(lines), f"{len(lines)} lines; over {arrows.MAXIMUM_LINES} a file has to justify itself")


def is_text(root, path):
    if path.endswith(TEXTS) or os.path.basename(path) in ("CMakeLists.txt", "CMakePresets.json"):
        return True
    try:  # scripts without an ending, such as up and check
        with open(root / path, "rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False


def check_script(path, root, say):
    """Bash scripts at least parse; where shellcheck is installed, it has its say too."""
    checkers = [["bash", "-n"]] + ([["shellcheck", "-x", "-f", "gcc"]] if shutil.which("shellcheck") else [])
    for checker in checkers:
        done = subprocess.run(checker + [path], cwd=root, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            for line in (done.stdout + done.stderr).strip().splitlines():
                say(0, f"{checker[0]}: {line}")


def is_bash(path, lines):
    return path.endswith((".sh", ".bash")) or (bool(lines) and re.match(r"#!.*\bbash\b", lines[0]) is not None)


def check_format(sources, root, say):
    """Sources look as .clang-format says; one line per file. `check --format` mends it."""
    if not sources or not (root / ".clang-format").is_file() or not shutil.which("clang-format"):
        return
    done = subprocess.run(["clang-format", "--dry-run"] + sources, cwd=root, capture_output=True, text=True, check=False)
    for path in sorted({line.split(":", 1)[0] for line in done.stderr.splitlines() if "-Wclang-format-violations" in line}):
        say(path, "not formatted; run ./check --format")


def violations(root):
    """All violations as lines `path:line: what`, in the tree's order."""
    root = Path(root)
    found = []
    files = tree(root)
    for path in files:
        if not is_text(root, path):
            continue
        lines = (root / path).read_text(encoding="utf-8", errors="replace").splitlines()

        def say(number, what, path=path):
            found.append(f"{path}:{number}: {what}")

        check_text(path, lines, root, say)
        if is_bash(path, lines):
            check_script(path, root, say)
        if path.endswith(SOURCES):
            check_source(path, lines, root, say)
    sources = [path for path in files if path.endswith(SOURCES)]
    check_format(sources, root, lambda path, what: found.append(f"{path}:0: {what}"))
    if not sources:
        found.append(f"{root}:0: no source found; is this the root of the project?")
    return found


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: lint.py ROOT")
    found = violations(sys.argv[1])
    for line in found:
        print(line)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
