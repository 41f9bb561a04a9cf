"""What ./up says to type next: commands that work with what there is."""

NAME = "web"  # README's tour has it too


def in_order(names):
    """n2 before n10."""
    return sorted(names, key=lambda name: (len(name), name))


def commands(status, nodes, datasets, mounts):
    """The commands, in order. `status`, `nodes` and `datasets` as `drover -o json` prints them; `mounts` gives the folder in which a
    node has its datasets."""
    if status.get("safeMode"):
        return ["drover recover plan"]
    alive = [node["ledger"] for node in nodes if node.get("state", {}).get("liveness") == "LIVENESS_ALIVE"]
    if not alive:
        return ["drover node list"]
    names = {node["id"]: node["hostname"] for node in alive}
    known = next((d for d in datasets if d["record"]["header"]["name"] == NAME), None)
    look = f"drover dataset show {NAME}"
    if known is None:
        place = in_order(names.values())[0]
        lines = [f"drover dataset create {NAME} --size 1GiB --node {place} --wait"]
    else:
        place = names.get(known["status"].get("node"))
        lines = []
        if place is None:
            return [look]
    lines.append(f"ls {mounts(place)}/{NAME}")
    others = in_order(name for name in names.values() if name != place)
    leased = known is not None and known.get("leases")
    lines.append(f"drover dataset move {NAME} --to {others[0]} --wait" if others and not leased else look)
    return lines
