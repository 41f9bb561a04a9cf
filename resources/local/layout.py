"""Where a local cluster keeps what: one folder, everything below it. And what it remembers of itself between calls of up."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from process import Failure
from userconfig import write_atomically

MAGIC = "drover local cluster"


@dataclass
class Settings:
    """cluster.json. endpoints are kept, so that a restarted control is found again by everybody who knew it."""

    backend: str
    nodes: int
    uuid: str = ""  # the cluster's id, known once control made it
    initialised: bool = False  # control's store was made; from then on it is never made again
    pools: list = field(default_factory=list)  # folders that were made pools; one that is lost later is not made anew
    endpoints: dict = field(default_factory=dict)  # requests, events
    magic: str = MAGIC


class Layout:
    def __init__(self, state):
        self.state = state
        self.settings_file = state / "cluster.json"
        self.keys = state / "keys"
        self.control = state / "control"
        self.shared_pool = state / "pool"
        self.run = state / "run"
        self.log = state / "log"
        self.config = state / "config"
        self.lock = state / "up.lock"

    def node(self, name):
        return self.state / "nodes" / name

    def mounts(self, name):
        return self.node(name) / "mnt"

    def read_settings(self):
        """The settings, or None where no cluster was made. Failure: the folder holds something else."""
        try:
            content = json.loads(self.settings_file.read_text())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise Failure(f"{self.settings_file} is damaged: {error}") from error
        if not isinstance(content, dict) or content.get("magic") != MAGIC:
            raise Failure(f"{self.settings_file} is not of a local cluster")
        try:
            return Settings(**content)
        except TypeError as error:
            raise Failure(f"{self.settings_file} is of another version of up: {error}") from error

    def write_settings(self, settings):
        write_atomically(self.settings_file, json.dumps(asdict(settings), indent=2) + "\n")

    def ours(self):
        """Everything that a cluster puts into its folder."""
        return [self.keys, self.control, self.state / "nodes", self.shared_pool, self.run, self.log, self.config, self.settings_file,
                self.lock]
