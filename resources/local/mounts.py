"""Mounts and loop devices that lie in a folder: found, and taken away before the folder goes."""

import os
import re
import subprocess
from pathlib import Path

from process import Failure


def _unescape(text):
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), text)


def mounts_below(folder):
    """Mount points at or below the folder, the deepest first."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point = _unescape(line.split()[4])
        if point == str(folder) or point.startswith(f"{folder}/"):
            found.append(point)
    return sorted(found, key=len, reverse=True)


def loops_below(folder):
    """Loop devices whose backing file lies below the folder."""
    found = []
    for entry in Path("/sys/block").glob("loop*/loop/backing_file"):
        try:
            backing = entry.read_text().strip().removesuffix(" (deleted)")
        except OSError:
            continue
        if backing.startswith(f"{folder}/"):
            found.append(f"/dev/{entry.parts[3]}")
    return sorted(found)


def users_of(point):
    """Who has something open or works below a mount point: `name (pid)`, as far as we may look."""
    users = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            links = [entry / "cwd", entry / "root"] + list((entry / "fd").iterdir())
            if any(_below(link, point) for link in links):
                users.append(f"{(entry / 'comm').read_text().strip()} ({entry.name})")
        except OSError:
            continue
    return users


def _below(link, point):
    try:
        target = os.readlink(link)
    except OSError:
        return False
    return target == point or target.startswith(f"{point}/")


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else None


def release(folder):
    """Unmounts everything below the folder and detaches its loop devices; never lazily. Returns what it did, for people. Failure:
    something is in use."""
    done = []
    for point in mounts_below(folder):
        if os.geteuid() != 0:
            raise Failure(f"{point} is still mounted, and only root may unmount it")
        problem = _run("umount", point)
        if problem:
            users = ", ".join(users_of(point))
            raise Failure(f"{point} is in use{' by ' + users if users else ''}: {problem}")
        done.append(f"unmounted {point}")
    for device in loops_below(folder):
        problem = _run("losetup", "-d", device)
        if problem:
            raise Failure(f"{device} cannot be detached: {problem}")
        done.append(f"detached {device}")
    left = mounts_below(folder) + loops_below(folder)
    if left:
        raise Failure(f"still in use: {', '.join(left)}")
    return done
