#!/usr/bin/python3
"""The options of up. By itself: says what they ask for, `start` or `stop`, or what is wrong with them, or prints the help.

Needs nothing but Python, so that up can look at its options before it installs and builds anything.
"""

import argparse
import os
import sys
from pathlib import Path


def parse(arguments):
    parser = argparse.ArgumentParser(prog="up", description="Starts a local Drover cluster, or what of it does not run.")
    parser.add_argument("--nodes", type=int, metavar="N", help="how many nodes (default 3)")
    parser.add_argument("--state", type=Path, metavar="DIR",
                        help=f"where the cluster lives (default {tidy(default_state())}); clusters stand side by side")
    parser.add_argument("--backend", choices=["directory", "loopback"],
                        help="directory: folders, no privileges; loopback: images with filesystems in one pool, as root")
    parser.add_argument("--no-console", action="store_true", help="do not open the console")
    parser.add_argument("--verbose", action="store_true", help="say what is being done")
    parser.add_argument("--down", action="store_true", help="stop the cluster; its data stays")
    parser.add_argument("--clean", action="store_true", help="stop the cluster and remove it, with all data in it")
    options = parser.parse_args(arguments)
    if options.nodes is not None and not 1 <= options.nodes <= 100:
        parser.error("--nodes: from 1 to 100")
    if options.down and options.clean:
        parser.error("--clean stops the cluster too; give one of --down and --clean")
    options.own = options.state is None  # the user's own cluster: the command line finds it without being told
    options.state = Path(os.path.abspath(options.state or default_state()))
    return options


def default_state():
    base = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return Path(base) / "drover" / "local"


def tidy(path):
    """A path as people write it: with ~ for their home."""
    home = os.path.expanduser("~")
    text = str(path)
    return "~" + text[len(home):] if home != "/" and text.startswith(home + "/") else text


def main():
    options = parse(sys.argv[1:])
    print("stop" if options.down or options.clean else "start")


if __name__ == "__main__":
    main()
