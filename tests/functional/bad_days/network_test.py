#!/usr/bin/python3
"""Bad days of the network: cut off, cut one way, cut between two nodes only; and two agents that speak for one node.

Control and each node live in network namespaces of their own on one bridge, so that nothing of this machine's network is touched.
docs/operations: network-cut.md, node-dead.md, two-agents.md.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
import harness  # noqa: E402
from bad_day import BadDay  # noqa: E402


class Network:
    """Namespaces, one per name, on a bridge in a namespace of its own; the n-th has the address 10.77.0.n."""

    def __init__(self, test, names):
        self._test = test
        self._prefix = f"drover{os.getpid()}-"
        self.names = names
        self.address = {name: f"10.77.0.{number + 1}" for number, name in enumerate(names)}
        for name in ["br", *names]:
            test.addCleanup(subprocess.run, ["ip", "netns", "del", self.namespace(name)], check=False)
            self._ip("netns", "add", self.namespace(name))
        bridge = self.namespace("br")
        self._ip("-n", bridge, "link", "add", "br0", "type", "bridge")
        self._ip("-n", bridge, "link", "set", "br0", "up")
        for name in names:
            namespace = self.namespace(name)
            self._ip("-n", bridge, "link", "add", f"v-{name}", "type", "veth", "peer", "name", "eth0", "netns", namespace)
            self._ip("-n", bridge, "link", "set", f"v-{name}", "master", "br0", "up")
            self._ip("-n", namespace, "addr", "add", f"{self.address[name]}/24", "dev", "eth0")
            self._ip("-n", namespace, "link", "set", "eth0", "up")
            self._ip("-n", namespace, "link", "set", "lo", "up")

    def namespace(self, name):
        return self._prefix + name

    def inside(self, name):
        """What makes a command run in the namespace; the mounts stay this machine's."""
        return ["nsenter", f"--net=/run/netns/{self.namespace(name)}"]

    def _ip(self, *arguments):
        self._test.run_as_root("ip", *arguments)

    def cable(self, name, state):
        """Pulls the cable at the switch (`down`), or puts it back (`up`)."""
        self._ip("-n", self.namespace("br"), "link", "set", f"v-{name}", state)

    def interface(self, name, state):
        """Takes the machine's own interface down or up: it has no route then."""
        self._ip("-n", self.namespace(name), "link", "set", "eth0", state)

    def deaf(self, name, to, deaf=True):
        """Packets that `to` sends do not reach `name` any more; the other way they do."""
        self._test.run_as_root(*self.inside(name), "iptables", "-w", "-A" if deaf else "-D", "INPUT", "-s", self.address[to], "-j", "DROP")


class NetworkDay(BadDay):
    nodes = 3

    def setUp(self):
        if not shutil.which("iptables") or not shutil.which("ip"):
            harness.skip_loudly(self, "needs ip and iptables")
        super().setUp()
        self.start()
        self.network = Network(self, ["control", "n1", "n2", "n3"])
        self.commands = {name: self.end(name) for name in self.network.names}
        here = self.network.address["control"]
        command = self.commands["control"]
        for option, port in (("--listen", 4523), ("--events", 4524)):
            command[command.index(option) + 1] = f"tcp://{here}:{port}"
        for name in self.network.names[1:]:
            file = self.state_folder() / "nodes" / name / "agent.yaml"
            config = yaml.safe_load(file.read_text())
            config["control"]["endpoint"] = f"tcp://{here}:4523"
            file.write_text(yaml.safe_dump(config, sort_keys=False))
        self.config = self.home.path / "config"
        context = yaml.safe_load((self.state_folder() / "config").read_text())
        context["contexts"][0] |= {"control": f"tcp://{here}:4523", "events": f"tcp://{here}:4524"}
        self.config.write_text(yaml.safe_dump(context))
        self.processes = {}
        for name in self.network.names:
            self.run_in_network(name)
        for name in self.network.names[1:]:
            self.drover("wait", "node", name, "--for", "alive", "--timeout", "60s")
        self.drover("dataset", "create", "web", "--size", "64MiB", "--node", "n1", "--wait=30")
        self.fill(self.mount("n1", "web"), 4)
        self.bytes = self.fingerprint(self.mount("n1", "web"))

    def run_in_network(self, name):
        self.processes[name] = self.begin(name, self.commands[name], wrapper=self.network.inside(name))

    def drover(self, *arguments, expect=0, **_):
        """The command line on control's machine."""
        done = self.home.run([*self.network.inside("control"), "drover", *arguments], {"DROVER_CONFIG": str(self.config)})
        if expect is not None:
            self.assertEqual(done.returncode, expect, f"drover {' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
        return done

    def liveness(self):
        return {line.split()[0]: line.split()[1] for line in self.drover("node", "list").stdout.splitlines()[1:]}

    def data_is_there(self, node="n1"):
        self.assertEqual(self.fingerprint(self.mount(node, "web")), self.bytes)


class Cut(NetworkDay):
    PAGE = "network-cut"

    def test_nodes_cut_off_in_three_ways(self):
        """n1's cable is pulled, n2 does not hear control, control does not hear n3: all the same to control, and to their data."""
        self.network.cable("n1", "down")
        self.network.deaf("n2", "control")
        self.network.deaf("control", "n3")
        self.within(lambda: set(self.liveness().values()) == {"unreachable"}, lambda: f"all are unreachable: {self.liveness()}", seconds=40)
        self.assert_seen(self.PAGE, "Control cut off from many", self.drover("status").stdout)
        self.assert_seen("node-dead", "What you see", self.show("web"), number=1)
        self.data_is_there()
        for node in ("n1", "n2", "n3"):
            self.assertIn("control: ", self.log(node).splitlines()[-1], "the agent knows that it is alone")
        # Writes are taken, and wait for their nodes.
        self.drover("dataset", "create", "later", "--size", "64MiB", "--node", "n2")
        self.network.cable("n1", "up")
        self.network.deaf("n2", "control", deaf=False)
        self.network.deaf("control", "n3", deaf=False)
        took = self.within(lambda: set(self.liveness().values()) == {"alive"}, lambda: f"all are alive: {self.liveness()}")
        self.assertLess(took, 30)
        self.in_sync_within("web", 60)
        self.drover("wait", "dataset", "later", "--for", "mounted", "--timeout", "60s")
        self.data_is_there()
        print(f"all alive {took:.1f} s after the cut", flush=True)

    def test_a_move_between_two_that_do_not_reach_each_other(self):
        self.network.deaf("n1", "n2")
        self.network.deaf("n2", "n1")
        self.drover("dataset", "move", "web", "--to", "n2")
        shown = self.show_until("web", "warning: WaitingForPeer", "nobody answers")
        self.assert_seen(self.PAGE, "Two nodes cut off from each other", shown)
        self.data_is_there()
        self.network.deaf("n1", "n2", deaf=False)
        self.network.deaf("n2", "n1", deaf=False)
        self.assertLess(self.in_sync_within("web", 60), 30)
        self.data_is_there("n2")

    def test_a_start_without_a_network(self):
        """The machine comes up before its network: the agent ends so that it is started again, and its data waits."""
        self.end("n1", signal.SIGKILL)
        self.network.interface("n1", "down")
        done = self.home.run([*self.network.inside("n1"), *self.commands["n1"]], timeout=20, cwd="/")
        self.assertEqual(done.returncode, 3, f"a service manager has to try again: {done.stderr}")
        self.assertIn("no route to 10.77.0.1", done.stderr)
        self.network.interface("n1", "up")
        self.run_in_network("n1")
        self.assertLess(self.in_sync_within("web", 60), 30)
        self.data_is_there()


class TwoAgents(NetworkDay):
    """A machine was cloned with everything on it: two agents have one identity."""

    PAGE = "two-agents"

    def clone(self):
        """A second n1 on n3's machine, with a copy of its keys, its state folder and its pool; ends the agent that was there."""
        self.end("n3")
        node, clone = (self.state_folder() / "nodes" / name for name in ("n1", "clone"))
        shutil.copytree(node, clone, symlinks=True)
        file = clone / "agent.yaml"
        file.write_text(file.read_text().replace(str(node), str(clone)))
        command = list(self.commands["n1"])
        command[command.index("--config") + 1] = str(file)
        command[command.index("--ready-file") + 1] = str(self.state_folder() / "run" / "clone.ready")
        return command

    def test_the_second_is_refused_and_told_of(self):
        clone = self.begin("clone", self.clone(), wrapper=self.network.inside("n3"))
        self.within(lambda: "DuplicateNode" in self.drover("status").stdout, lambda: self.log("clone"))
        self.assert_seen(self.PAGE, "What you see", self.drover("status").stdout)
        self.assertIn("DuplicateNode", self.drover("node", "show", "n1").stdout)
        self.assert_seen(self.PAGE, "What you see", self.log("clone"), number=1)
        self.assertEqual(self.liveness()["n1"], "alive", "the first goes on")
        self.in_sync_within("web", 60)
        # The first may be restarted meanwhile: it is in its session again, or the clone is; never both.
        self.drover("dataset", "create", "new", "--size", "64MiB", "--node", "n1", "--wait=30")
        self.data_is_there()
        clone.terminate()
        clone.wait()
        self.within(lambda: "DuplicateNode" not in self.drover("status").stdout, "it is over", seconds=40)
        self.data_is_there()

    def test_the_first_stands_still_and_comes_back(self):
        """The clone takes over a silent node's session. When the first goes on, one of the two is refused, and says so."""
        self.send_signal("n1", signal.SIGSTOP)
        self.addCleanup(self.processes["n1"].send_signal, signal.SIGCONT)
        self.begin("clone", self.clone(), wrapper=self.network.inside("n3"))
        self.within(lambda: "session " in self.log("clone"), lambda: self.log("clone"))
        self.send_signal("n1", signal.SIGCONT)
        self.within(lambda: "DuplicateNode" in self.drover("status").stdout, lambda: self.log("n1") + self.log("clone"))
        self.data_is_there()
        # Whoever is right is left running: here the first.
        self.end("clone")
        self.within(lambda: self.log("n1").splitlines()[-1].rfind("session ") > 0, lambda: self.log("n1"), seconds=40)
        self.in_sync_within("web", 60)
        self.data_is_there()


if __name__ == "__main__":
    harness.main()
