"""The command line's configuration file: contexts, of which a local cluster has one. What is not ours in it stays."""

import os
import tempfile
from pathlib import Path

import yaml

from process import Failure


def default_path():
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return Path(base) / "drover" / "config"


def _read(path):
    try:
        text = path.read_text()
    except FileNotFoundError:
        return {}
    try:
        content = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise Failure(f"{path} is not valid YAML, and is left as it is: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict) or not isinstance(content.get("contexts", []), list):
        raise Failure(f"{path} does not look like drover's configuration, and is left as it is")
    return content


def write_atomically(path, text, mode=0o600):
    """Replaces a file as a whole, durably."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def put_context(path, context):
    """Adds or replaces the context of that name and makes it the current one. Writes only when something changes."""
    content = _read(path)
    others = [c for c in content.get("contexts", []) if not (isinstance(c, dict) and c.get("name") == context["name"])]
    wanted = {**content, "current": context["name"], "contexts": others + [context]}
    same = content.get("current") == wanted["current"] and context in content.get("contexts", [])
    if not same:
        write_atomically(path, yaml.safe_dump(wanted, sort_keys=False))


def remove_context(path, context_name, identity):
    """Takes away the context if it still is the one with this identity file."""
    content = _read(path)
    contexts = content.get("contexts", [])
    kept = [c for c in contexts if not (isinstance(c, dict) and c.get("name") == context_name and c.get("identity") == identity)]
    if len(kept) == len(contexts):
        return
    content["contexts"] = kept
    if content.get("current") == context_name:
        if kept:
            content["current"] = kept[0].get("name")
        else:
            content.pop("current")
    if kept:
        write_atomically(path, yaml.safe_dump(content, sort_keys=False))
    else:
        path.unlink()
