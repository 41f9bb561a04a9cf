#!/usr/bin/python3
"""A local cluster: control and some nodes on this machine. Called by ./up, which has built the programs."""

import fcntl
import json
import os
import random
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

sys.dont_write_bytecode = True

try:
    import yaml  # noqa: E402
except ImportError:  # up installs it, but not to stop a cluster
    sys.exit("up: python3-yaml is missing: apt-get install python3-yaml")

import mounts  # noqa: E402
import userconfig  # noqa: E402
import next_steps  # noqa: E402
from layout import Layout, Settings  # noqa: E402
from options import parse, tidy  # noqa: E402
from process import Failure, Program, first_to_end  # noqa: E402

DEFAULT_PORTS = {"requests": 4523, "events": 4524}
CONTEXT = "local"


class Cluster:
    def __init__(self, options, binaries):
        self.options = options
        self.binaries = binaries
        self.layout = Layout(options.state)
        self.settings = self.layout.read_settings()

    # ---- up

    def up(self):
        self._settle()
        self._say(f"a cluster in {tidy(self.layout.state)}")
        self._make_keys()
        self._say("starting control")
        self._start_control()
        self._write_config()
        for name in self._nodes():
            self._say(f"starting node {name}")
            self._start_node(name)
        self._say("waiting for the nodes")
        self._wait_for_nodes()

    def _say(self, what):
        if self.options.verbose:
            print(what, flush=True)  # at once, also into a pipe

    def _settle(self):
        """What this cluster is: as asked for, or as it was made."""
        options, settings = self.options, self.settings
        if settings is None:
            settings = Settings(backend=options.backend or "directory", nodes=options.nodes or 3)
        if options.backend not in (None, settings.backend):
            raise Failure(f"this cluster was made with --backend {settings.backend}; ./up --clean removes it, another --state DIR makes "
                          "a second one")
        if options.nodes not in (None, settings.nodes):
            raise Failure(f"this cluster was made with --nodes {settings.nodes}; ./up --clean removes it, another --state DIR makes "
                          "a second one")
        need_privilege(settings.backend)
        self.settings = settings
        self.layout.write_settings(settings)
        for folder in (self.layout.run, self.layout.log):
            folder.mkdir(mode=0o700, exist_ok=True)

    def _make_keys(self):
        if not self.settings.initialised and not self.layout.keys.is_dir():
            # Made aside and put in place as a whole: keys that are there are complete.
            aside = self.layout.state / "keys.new"
            shutil.rmtree(aside, ignore_errors=True)
            self._run(["drover", "keys", "init", aside] + [x for n in self._nodes() for x in ("--node", n)])
            os.rename(aside, self.layout.keys)

    def _start_control(self):
        control = self._control(self._endpoints())
        pid = control.find()
        if pid is not None and control.outdated(pid):
            control.stop()
            pid = None
        if pid is None:
            more = []
            if not self.settings.initialised:
                # Nobody has been told of this store yet: what an interrupted first start left of it is not worth anything.
                shutil.rmtree(self.layout.control, ignore_errors=True)
                more = ["--init", "--cluster-name", CONTEXT]
            try:
                self._control(self._endpoints(), more).start()
            except Failure as failure:
                if "in use" not in str(failure):
                    raise
                # Somebody took a port between our look and control's: any free ones then.
                self._control({name: f"tcp://127.0.0.1:{any_port()}" for name in DEFAULT_PORTS}).start()
        ready = json.loads(control.ready.read_text())
        self.settings.endpoints = {name: ready[name] for name in DEFAULT_PORTS}
        self.settings.uuid = ready["cluster"]
        self.settings.initialised = True
        self.layout.write_settings(self.settings)

    def _control(self, endpoints, more=()):
        layout = self.layout
        return Program("control", self.binaries / "drover-control",
                       ["--state", layout.control, "--keys", layout.keys, "--listen", endpoints["requests"], "--events",
                        endpoints["events"], *more], layout.run / "control.ready", layout.log / "control.log")

    def _endpoints(self):
        """Where control listens: where it did, while these ports are free; the usual ones for the user's own cluster; any."""
        chosen = {}
        # Tests ask for any ports: of many that run at once, one would take the usual ports while another's control is down.
        usual_wanted = self.options.own and not os.environ.get("DROVER_ANY_PORTS")
        for name, usual in DEFAULT_PORTS.items():
            port = int(self.settings.endpoints.get(name, f":{usual if usual_wanted else 0}").rpartition(":")[2])
            chosen[name] = f"tcp://127.0.0.1:{port if port and is_free(port) else any_port()}"
        return chosen

    def _start_node(self, name):
        layout = self.layout
        folder = layout.node(name)
        for part in ("state", "mnt"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        shared = self.settings.backend == "loopback"
        pool = layout.shared_pool if shared else folder / "pool"
        if str(pool) not in self.settings.pools:
            self._make_pool(pool, shared)
        config = yaml.safe_dump({
            "identity": str(layout.keys / f"{name}.key_secret"),
            "control": {"endpoint": self.settings.endpoints["requests"], "key": self._control_key()},
            "state": str(folder / "state"),
            "mount_root": str(layout.mounts(name)),
            "pools": [{"name": "default", "kind": self.settings.backend, "path": str(pool), "shared": shared,
                       "fence": "self" if shared else "none"}],
        }, sort_keys=False)
        config_file = folder / "agent.yaml"
        changed = not config_file.is_file() or config_file.read_text() != config
        if changed:
            userconfig.write_atomically(config_file, config)
        agent = self._agent(name)
        pid = agent.find()
        if pid is not None and (changed or agent.outdated(pid)):
            agent.stop()
            pid = None
        if pid is None:
            agent.start()

    def _make_pool(self, pool, shared):
        try:
            made = json.loads((pool / "drover-pool.json").read_text()).get("cluster") == self.settings.uuid
        except (OSError, ValueError):
            made = False
        if not made:  # else an earlier up made it, and died before it could remember that
            self._run(["drover-agent", "pool", "init", "--path", pool, "--kind", self.settings.backend, "--name", "default", "--cluster",
                       self.settings.uuid] + (["--shared", "--fence", "self"] if shared else []))
        self.settings.pools.append(str(pool))
        self.layout.write_settings(self.settings)

    def _agent(self, name):
        return Program(name, self.binaries / "drover-agent", ["--config", self.layout.node(name) / "agent.yaml"],
                       self.layout.run / f"{name}.ready", self.layout.log / f"{name}.log")

    def _wait_for_nodes(self):
        """Until control knows every node; Failure as soon as a program ends."""
        programs = [self._control(self._endpoints())] + [self._agent(name) for name in self._nodes()]
        for name in self._nodes():
            waiting = subprocess.Popen([str(self.binaries / "drover"), "wait", "node", name, "--for", "alive", "--timeout", "60s"],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                       env={**os.environ, "DROVER_CONFIG": str(self.layout.config)})
            ended = first_to_end(programs, waiting)
            if ended is not None:
                waiting.kill()
                waiting.communicate()
                raise Failure(f"{ended.name} ended: {ended.last_words()} (see {ended.log})")
            complaint = waiting.communicate()[1].strip()
            if waiting.returncode != 0:
                raise Failure(f"node {name} does not come up: {complaint.splitlines()[-1] if complaint else waiting.returncode}")

    # ---- the command line's view

    def _context(self):
        return {"name": CONTEXT, "control": self.settings.endpoints["requests"], "events": self.settings.endpoints["events"],
                "key": self._control_key(), "identity": str(self.layout.keys / "admin.key_secret")}

    def _write_config(self):
        userconfig.put_context(self.layout.config, self._context())
        if self.options.own:
            userconfig.put_context(userconfig.default_path(), self._context())

    def report(self):
        """What there is now, and what to type next."""
        print(self._drover("status"), end="")
        print(f"\nThe cluster lives in {tidy(self.layout.state)}; its logs are in {tidy(self.layout.log)}.\n\nType next:")
        if shutil.which("drover") is None or Path(shutil.which("drover")).resolve() != (self.binaries / "drover").resolve():
            print(f'  export PATH="{self.binaries}:$PATH"')
        if not self.options.own:
            print(f"  export DROVER_CONFIG={self.layout.config}")
        def ask(*question):
            return json.loads(self._drover(*question, "--output", "json"))
        for command in next_steps.commands(ask("status"), ask("node", "list")["nodes"], ask("dataset", "list")["datasets"],
                                           lambda node: tidy(self.layout.mounts(node))):
            print(f"  {command}")

    def open_console(self):
        """Opens the console, where there is a display and none is open on this cluster yet."""
        console = self.binaries / "drover-console"
        if self.options.no_console or not console.exists() or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            return
        command = [str(console), "--config", str(self.layout.config)]
        if runs_already(command):
            return
        with open(self.layout.log / "console.log", "ab") as log:
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    # ---- down

    def down(self):
        """Stops what runs; returns the names. Mounts stay: who has a dataset open keeps it."""
        if self.settings is None:
            return []
        programs = [self._agent(name) for name in self._nodes()] + [self._control(dict.fromkeys(DEFAULT_PORTS, ""))]
        return [program.name for program in programs if program.stop()]

    def clean(self):
        """Removes a stopped cluster: first its mounts and loop devices, then its files, and only what up made."""
        state = self.layout.state
        if self.settings is None:  # an up that was refused or interrupted before it made anything
            shutil.rmtree(state, ignore_errors=True)
            return []
        done = mounts.release(str(state))
        if self.settings.endpoints:
            userconfig.remove_context(userconfig.default_path(), CONTEXT, str(self.layout.keys / "admin.key_secret"))
        # The settings go last: an interrupted clean is still seen as a cluster, and finished by the next.
        for path in sorted(self.layout.ours(), key=lambda p: p in (self.layout.settings_file, self.layout.lock)):
            if path.is_dir() and not path.is_symlink():
                make_removable(path)
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        shutil.rmtree(state / "keys.new", ignore_errors=True)
        if not any(state.iterdir()):
            state.rmdir()
        return done

    # ---- helpers

    def _nodes(self):
        return [f"n{i}" for i in range(1, self.settings.nodes + 1)]

    def _control_key(self):
        return certificate_value(self.layout.keys / "control.key", "public-key")

    def _drover(self, *arguments):
        return self._run(["drover", *arguments], {"DROVER_CONFIG": str(self.layout.config)})

    def _run(self, command, environment=None):
        """Runs one of our programs to its end and returns what it printed. Failure: what it complained of."""
        command = [str(self.binaries / command[0])] + [str(c) for c in command[1:]]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, **(environment or {})})
        if done.returncode != 0:
            complaint = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()
            raise Failure(f"{os.path.basename(command[0])} {' '.join(command[1:3])} failed: {complaint[-1]}")
        return done.stdout


def runs_already(command):
    """Whether a process runs that was started by this command."""
    wanted = [os.fsencode(part) for part in command]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cmdline").read_bytes().split(b"\0")[:-1] == wanted:
                    return True
            except OSError:
                continue  # it has ended, or is another user's
    return False


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_port():
    """A free port that no connection is given for its own end. What the kernel gives out for port 0 it also gives to whoever connects:
    even to those that try to reach control while it is down, and then control cannot come back to it."""
    least_given = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for port in random.sample(range(10_000, least_given), min(100, max(0, least_given - 10_000))):
        if port not in DEFAULT_PORTS.values() and is_free(port):
            return port
    return 0


def certificate_value(path, name):
    """A value of a ZeroMQ certificate file."""
    try:
        for line in path.read_text().splitlines():
            key, _, value = line.strip().partition("=")
            if key.strip() == name:
                return value.strip().strip('"')
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from error
    raise Failure(f"{path} has no {name}")


def make_removable(folder):
    """Gives the owner the right to write into every folder below: datasets keep their users' modes."""
    for path, folders, _ in os.walk(folder):
        for name in folders:
            entry = os.path.join(path, name)
            if not os.path.islink(entry):
                os.chmod(entry, 0o700)


def need_privilege(backend):
    if backend == "loopback" and os.geteuid() != 0:
        raise Failure("--backend loopback makes loop devices and mounts: run it as root (--backend directory needs no privilege)")


def check_place(options, layout):
    """Whether there is a cluster in the folder, or may be made one. Leaves no trace, unlike the lock. Failure: neither."""
    for folder in (layout.state, *layout.state.parents):
        if folder.exists():
            if not folder.is_dir():
                raise Failure(f"{folder} is a file, not a folder; choose another --state")
            break
    if not layout.state.exists():
        need_privilege(options.backend)
        return False
    if not layout.settings_file.exists() and any(set(layout.state.iterdir()) - {layout.lock}):
        if options.clean:
            raise Failure(f"{layout.state} is not a local cluster; nothing was removed")
        if not options.down:
            raise Failure(f"{layout.state} holds something that is not a local cluster; choose another --state")
        return False
    return True


@contextmanager
def locked(layout):
    """One up at a time for a state folder."""
    layout.state.mkdir(parents=True, exist_ok=True)
    with open(layout.lock, "a", encoding="ascii") as file:
        os.set_inheritable(file.fileno(), False)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main():
    options = parse(sys.argv[1:])
    binaries = Path(os.environ["DROVER_BIN"])
    layout = Layout(options.state)
    try:
        there = check_place(options, layout)
        if not there and (options.down or options.clean):
            print("nothing was running")
            if options.clean:
                print(f"there is no local cluster in {tidy(options.state)}; nothing to remove")
            return
        with locked(layout):
            cluster = Cluster(options, binaries)
            if options.down or options.clean:
                stopped = cluster.down()
                done = cluster.clean() if options.clean else []
                print(f"stopped {', '.join(stopped)}" if stopped else "nothing was running")
                for line in done:
                    print(line)
                if options.down and (left := mounts.mounts_below(options.state)):
                    print("still mounted, so that who uses them keeps them; --clean unmounts and removes them:")
                    for point in sorted(left):
                        print(f"  {tidy(point)}")
                if options.clean:
                    print(f"removed {tidy(options.state)}")
                return
            cluster.up()
            cluster.report()
            cluster.open_console()
    except Failure as failure:
        sys.exit(f"up: {failure}")
    except OSError as error:
        sys.exit(f"up: {error.strerror}: {error.filename}" if error.filename else f"up: {error}")


if __name__ == "__main__":
    main()
