#!/usr/bin/python3
"""drover-console on a real X display, with real keys and a real mouse: create, move, drag, apply, quit. What happened is asked of the
command line. The display is an Xvfb of its own; there is no window manager, so the test gives the focus."""

import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402

PATIENCE = 60  # seconds; only a failing test waits so long
HIGHLIGHT = (0x30, 0x8C, 0xC6)  # of what is selected, in the light palette of Qt's Fusion style
CARD_STEP = 292  # from one card of the picture to the next (gui/models/picture.cpp)


class Display:
    """An Xvfb on a free display, and hands."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="drover-")
        read, write = os.pipe()
        self.process = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-fbdir", self.folder.name,
                                         "-nolisten", "tcp", "-ac"], pass_fds=[write], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(write)
        with os.fdopen(read) as number:  # it writes it when it serves
            if not select.select([number], [], [], PATIENCE)[0]:
                raise AssertionError("Xvfb does not start")
            self.name = ":" + number.readline().strip()

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def do(self, *words):
        """xdotool; what it printed, empty where it failed."""
        done = subprocess.run(["xdotool", *map(str, words)], env={**os.environ, "DISPLAY": self.name}, capture_output=True, text=True,
                              check=False, timeout=PATIENCE)
        return done.stdout.strip() if done.returncode == 0 else ""

    def window(self, title):
        """The id of the window whose title matches; empty: there is none."""
        return self.do("search", "--onlyvisible", "--name", title).partition("\n")[0]

    def pixels(self):
        """Width, and rows of bytes, four a pixel: blue, green, red, nothing."""
        data = (Path(self.folder.name) / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", data[:100])
        size, width, height, bytes_per_line, colours = header[0], header[4], header[5], header[12], header[19]
        begin = size + colours * 12
        return width, [data[begin + y * bytes_per_line:begin + (y + 1) * bytes_per_line] for y in range(height)]

    def save(self, file):
        """The screen as a PNG."""
        width, rows = self.pixels()
        lines = b"".join(b"\0" + b"".join(row[4 * x + 2:4 * x + 3] + row[4 * x + 1:4 * x + 2] + row[4 * x:4 * x + 1]
                                          for x in range(width)) for row in rows)

        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", width, len(rows), 8, 2, 0, 0, 0)) +
                         chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))

    def marked(self, right_of):
        """The middle of what is selected right of there; None: nothing is."""
        width, rows = self.pixels()
        wanted = bytes([HIGHLIGHT[2], HIGHLIGHT[1], HIGHLIGHT[0]])
        xs, ys = [], []
        for y, row in enumerate(rows):
            at = row.find(wanted)
            while at >= 0:
                if at % 4 == 0 and right_of < at // 4 < width:
                    xs.append(at // 4)
                    ys.append(y)
                at = row.find(wanted, at + 1)
        if len(xs) < 200:  # a chip has more
            return None
        return (min(xs) + max(xs)) // 2, (min(ys) + max(ys)) // 2


class RealDisplay(harness.ClusterTest):
    nodes = 2

    def setUp(self):
        super().setUp()
        self.display = Display()
        self.addCleanup(self.display.close)

    def until(self, look, what):
        """What `look` gives, as soon as it gives something: windows and clusters tell this test nothing by themselves."""
        end = time.monotonic() + PATIENCE
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() > end:
                screen = Path(tempfile.gettempdir()) / "drover-real-display.png"
                self.display.save(screen)
                self.fail(f"in vain: {what}; what it looked like: {screen}")
            self.assertIsNone(self.console.poll(), "the console ended")
            harness.look_again_soon()

    def focus(self, title):
        window = self.until(lambda: self.display.window(title), f"a window {title}")
        self.display.do("windowfocus", "--sync", window)
        return window

    def keys(self, *keys):
        self.display.do("key", "--clearmodifiers", *keys)

    def open_dialog(self, key, title):
        """By its key, again and again until what it needs is there: a cluster, a role, a selection."""
        def attempt():
            self.focus("– Drover$")
            self.keys(key)
            return self.display.window(title)
        self.until(attempt, f"a dialog {title} by {key}")
        return self.focus(title)

    def confirm(self, title):
        """Return, until the dialog is gone: its button may have to wait for control."""
        def attempt():
            window = self.display.window(title)
            if not window:
                return True
            self.display.do("windowfocus", window)
            self.keys("Return")
            return False
        self.until(attempt, f"the end of the dialog {title}")

    def apply(self):
        self.open_dialog("ctrl+Return", "^Preview$")
        self.confirm("^Preview$")

    def place(self, name):
        """Where it is mounted, as far as it is in sync; empty: it is not, yet."""
        for dataset in self.json("dataset", "list").get("datasets", []):
            if dataset["record"]["header"]["name"] == name:
                shown = self.drover("dataset", "show", name).stdout
                for node in ("n1", "n2"):
                    other = {"n1": "n2", "n2": "n1"}[node]
                    if "in sync" in shown.lower() and self.mount(node, name).is_dir() and not self.mount(other, name).exists():
                        return node
        return ""

    def test_create_move_drag_quit(self):
        self.start()
        self.console = self.home.popen(["drover-console"], {"DISPLAY": self.display.name, "QT_QPA_PLATFORM": "xcb",
                                                            "QT_STYLE_OVERRIDE": "Fusion"})
        self.addCleanup(self.end_console)

        # By keys: name, size, node.
        self.open_dialog("ctrl+n", "^Create a dataset$")
        self.display.do("type", "typed")
        self.keys("Tab")
        self.display.do("type", "64MiB")
        self.keys("Tab")
        self.display.do("type", "n1")
        self.confirm("^Create a dataset$")
        self.assertEqual(self.json("dataset", "list").get("datasets", []), [])  # pending only
        self.apply()
        self.until(lambda: self.place("typed") == "n1", "typed on n1, in sync")
        self.shell(f"echo kept > {self.mount('n1', 'typed')}/mine")

        # By keys: found in the palette, moved to the node where it is not.
        self.open_dialog("ctrl+k", "^Find anything$")
        self.display.do("type", "typed")
        self.confirm("^Find anything$")
        self.open_dialog("ctrl+m", "^Move$")
        self.confirm("^Move$")
        self.apply()
        self.until(lambda: self.place("typed") == "n2", "typed on n2, in sync")

        # By mouse: its chip, dragged back from the second card to the first.
        self.focus("– Drover$")
        self.keys("ctrl+3")
        x, y = self.until(lambda: self.display.marked(right_of=260), "a chip that is selected")
        self.display.do("mousemove", x, y, "mousedown", 1)
        for step in range(1, 9):
            self.display.do("mousemove", x - CARD_STEP * step // 8, y)
        self.display.do("mouseup", 1)
        self.apply()
        self.until(lambda: self.place("typed") == "n1", "typed on n1 again, in sync")
        self.assertEqual((self.mount("n1", "typed") / "mine").read_text(), "kept\n")

        self.focus("– Drover$")
        self.keys("ctrl+q")
        self.assertEqual(self.console.wait(PATIENCE), 0)

    def end_console(self):
        if self.console.poll() is None:
            os.killpg(self.console.pid, signal.SIGKILL)
            self.console.wait()


if __name__ == "__main__":
    harness.main()
