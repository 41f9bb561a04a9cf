#!/usr/bin/python3
"""Bad days of time: control is gone for an hour while agents restart, a wall clock jumps by 25 hours, programs stand still for a minute.

The hour is a time namespace for the agent that restarts (CLOCK_BOOTTIME, which the ownership term is measured by, is an hour on there);
the jump is libfaketime's, for control alone. docs/operations: control-gone.md, clock-jumped.md, node-dead.md.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
import harness  # noqa: E402
from bad_day import BadDay  # noqa: E402

HOUR = 3600
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


class TimeDay(BadDay):
    nodes = 2

    def setUp(self):
        super().setUp()
        self.start()
        self.drover("dataset", "create", "web", "--size", "128MiB", "--node", "n1", "--wait")
        self.fill(self.mount("n1", "web"), 4)
        self.bytes = self.fingerprint(self.mount("n1", "web"))

    def data_is_there(self, node="n1"):
        self.assertEqual(self.fingerprint(self.mount(node, "web")), self.bytes)


class ControlGone(TimeDay):
    """An hour without control. The agents that are restarted meanwhile keep what is mounted, and make nothing new."""

    PAGE = "control-gone"

    def setUp(self):
        super().setUp()
        if subprocess.run(["unshare", "--time", "true"], check=False).returncode != 0:
            harness.skip_loudly(self, "no time namespaces")

    def an_hour_later(self, command):
        return self.begin("n1", command, wrapper=["unshare", "--time", "--boottime", str(HOUR), "--monotonic", str(HOUR)])

    def agent_status(self):
        config = self.state_folder() / "nodes" / "n1" / "agent.yaml"
        return self.do_as_told(self.PAGE, "What you see", words={"/etc/drover/agent.yaml": config})

    def test_an_hour(self):
        control = self.end("control", signal.SIGKILL)
        gone = self.drover("status", expect=3)
        self.assert_seen(self.PAGE, "What you see", gone.stderr)
        self.data_is_there()
        agent = self.end("n1", signal.SIGKILL)
        self.data_is_there()
        process = self.an_hour_later(agent)
        self.after_an_hour()
        self.assertIsNone(process.poll())
        self.begin("control", control)
        took = self.in_sync_within("web", 60)
        self.data_is_there()
        self.drover("dataset", "move", "web", "--to", "n2", "--wait=60")
        self.data_is_there("n2")
        self.assertLess(took, 30)
        print(f"in sync {took:.1f} s after control was back", flush=True)

    def after_an_hour(self):
        """In use all the time: a folder that nobody else can be granted without its node."""
        self.until_seen(self.PAGE, "What you see", self.agent_status, number=1,
                        words={"/drover": self.state_folder() / "nodes" / "n1" / "mnt"})
        self.data_is_there()
        (self.mount("n1", "web") / "note").write_text("written without control")
        self.bytes = self.fingerprint(self.mount("n1", "web"))


class LoopbackControlGone(ControlGone):
    """On a shared pool only the agent's word keeps two writers apart: after the ownership term it stops its writers, unmounts, and mounts
    again when control is back."""

    backend = "loopback"

    def after_an_hour(self):
        self.within(lambda: not self.mount("n1", "web").exists(), "the shared dataset is unmounted")
        self.within(lambda: str(self.state_folder()) not in self.run_as_root("losetup", "--list", "-O", "BACK-FILE"), "it is detached")
        self.until_seen(self.PAGE, "Shared pools", self.agent_status)


class ClockJump(TimeDay):
    """Control's wall clock jumps by 25 hours, and a dataset was deleted a minute ago, to be purged after 24."""

    PAGE = "clock-jumped"

    def setUp(self):
        if not Path(FAKETIME).exists():
            harness.skip_loudly(self, "libfaketime is not installed")
        super().setUp()
        self.clock = self.home.path / "clock"
        self.clock.write_text("+0")
        self.environment = {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_NO_CACHE": "1",
                            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.begin("control", self.end("control"), environment=self.environment)
        for node in ("n1", "n2"):
            self.drover("wait", "node", node, "--for", "alive")

    def jump(self, offset):
        aside = self.clock.with_suffix(".new")
        aside.write_text(offset)
        os.rename(aside, self.clock)

    def deleted(self):
        return [d["record"]["header"]["name"] for d in self.json("dataset", "list", "--deleted")["datasets"]]

    def test_forward(self):
        self.drover("dataset", "delete", "web", "--wait")
        self.jump("+25h")
        self.within(lambda: "PurgesHeld" in self.drover("status").stdout, "control notices")
        self.assert_seen(self.PAGE, "What you see", self.drover("status").stdout)
        # Whatever else control does in the meantime, and a restart of it in the wrong time: the data stays.
        self.drover("dataset", "create", "other", "--size", "64MiB", "--node", "n1", "--wait=30")
        self.begin("control", self.end("control", signal.SIGKILL), environment=self.environment)
        self.drover("wait", "dataset", "other", "--for", "in-sync", "--timeout", "60s")
        self.assertEqual(self.deleted(), ["web"])
        self.do_as_told(self.PAGE, "What to do")
        self.drover("wait", "dataset", "web", "--for", "mounted", "--timeout", "60s")
        self.data_is_there()

    def test_back(self):
        """A clock that goes back a day lengthens graces, and stops nothing else: deadlines, leases and liveness go by other clocks."""
        self.drover("dataset", "delete", "web", "--wait")
        self.jump("-25h")
        self.within(lambda: "PurgesHeld" in self.drover("status").stdout, "control notices")
        self.drover("dataset", "create", "other", "--size", "64MiB", "--node", "n1", "--wait=30")
        self.assertEqual(self.drover("node", "list").stdout.count("alive"), 2)
        self.jump("+0")
        self.drover("dataset", "undelete", "web", "--wait=30")
        self.data_is_there()


class StandStill(TimeDay):
    """SIGSTOP: a program that neither lives nor dies, as when a machine's disk hangs or its host is overloaded."""

    # A minute is longer than everything that goes by time: unreachable after 20 s, the ownership term ends after 30 s. Without it: as
    # long as it takes for all sessions to be lost.
    SECONDS = 60 if os.environ.get("DROVER_LONG") else 12

    def stand_still(self, *names):
        for name in names:
            self.send_signal(name, signal.SIGSTOP)
            self.addCleanup(self.go_on_if_there, name)
        return time.monotonic()

    def go_on_if_there(self, name):
        pid = harness.find_program(self.state_folder() / "run" / f"{name}.ready")
        if pid is not None:
            os.kill(pid, signal.SIGCONT)

    def go_on(self, began, *names):
        self.within(lambda: time.monotonic() - began >= self.SECONDS, "the time", seconds=2 * self.SECONDS)
        for name in names:
            self.send_signal(name, signal.SIGCONT)
        took = max(self.in_sync_within("web", 60), *(self.alive_within(f"n{n + 1}", 20) for n in range(self.nodes)))
        self.assertLess(took, 30)
        self.data_is_there()
        print(f"as before {took:.1f} s after {', '.join(names)} went on", flush=True)

    def alive_within(self, node, seconds):
        began = time.monotonic()
        self.drover("wait", "node", node, "--for", "alive", "--timeout", f"{seconds}s")
        return time.monotonic() - began

    def test_an_agent(self):
        began = self.stand_still("n1")
        self.within(lambda: "evasive" in self.drover("node", "list").stdout, "n1 is evasive", seconds=12)
        self.assert_seen("node-dead", "What you see", self.show_until("web", "MissedHeartbeats"), number=0)
        self.within(lambda: "unreachable" in self.drover("node", "list").stdout, "n1 is unreachable", seconds=25)
        self.assert_seen("node-dead", "What you see", self.show_until("web", "OwnerNotReady"), number=1)
        self.data_is_there()
        self.go_on(began, "n1")

    def test_control(self):
        began = self.stand_still("control")
        self.assertIn("control is not reachable", self.drover("status", expect=3).stderr)
        self.data_is_there()
        self.go_on(began, "control")

    def test_everything(self):
        began = self.stand_still("n1", "n2", "control")
        self.data_is_there()
        self.go_on(began, "control", "n2", "n1")


if __name__ == "__main__":
    harness.main()
