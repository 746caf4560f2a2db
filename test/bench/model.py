"""What 10,000 clients and 10,000,000 paths cost: worked out from the measured curve, no machine here has so many."""

import scenarios

CLIENTS, PATHS = 10_000, 10_000_000
HOLD_TIME = 180
LOG_OF_A_GROUP_MIB = 16  # bgpd/update/outbound.hpp: what a group keeps for members that read slowly
IDLE_SOCKET_KIB = 4      # of kernel memory; socket buffers come on top while they are full


def fan_out(by_scenario):
    """[(peers, figures)] of kulan, fewest peers first."""
    curve = [(scenario.size["peers"], by_scenario.get(scenario.name, {}).get("kulan", {})) for scenario in scenarios.ALL
             if scenario.load == "fan_out"]
    return [(peers, figures) for peers, figures in curve if "fan_out_ns" in figures]


def lines(by_scenario):
    """Markdown; empty when the figures it needs are missing."""
    curve = fan_out(by_scenario)
    table = by_scenario.get("s1", {}).get("kulan", {})
    best = by_scenario.get("s2", {}).get("kulan", {})
    if len(curve) < 2 or "table_rss_mib" not in table or "best_rss_mib" not in best:
        return []
    (few, few_figures), (many, many_figures) = curve[0], curve[-1]
    sizes = {name: scenarios.BY_NAME[name].size for name in ("s1", "s2")}

    route_ns = many_figures["fan_out_ns"]
    session_kib = (many_figures["sessions_rss_mib"] - few_figures["sessions_rss_mib"]) / (many - few) * 1024
    session_us = many_figures["sessions_cpu_s"] / many * 1e6
    prefix_octets = (table["table_rss_mib"] - table["sessions_rss_mib"]) * 2**20 / sizes["s1"]["prefixes"]
    prefix_us = table["table_cpu_s"] / sizes["s1"]["prefixes"] * 1e6
    path_octets = ((best["best_rss_mib"] - best["sessions_rss_mib"]) * 2**20
                   / (sizes["s2"]["prefixes"] * sizes["s2"]["peers"]))
    path_us = best["best_cpu_s"] / (sizes["s2"]["prefixes"] * sizes["s2"]["peers"]) * 1e6
    paths_gib = max(prefix_octets, path_octets) * PATHS / 2**30

    flat = route_ns / few_figures["fan_out_ns"]
    trend = (f"{flat:.2f} of what it is at {few:,}" if flat < 1 else f"{flat:.2f} times what it is at {few:,}")
    table_seconds = route_ns * 1e-9 * CLIENTS * 1_000_000
    return [
        "Worked out from the run above, not measured. One update group, all clients read what they are sent.", "",
        f"**CPU.** One route for one client costs {route_ns:.0f} ns at {many:,} clients, {trend}. So for {CLIENTS:,} clients:", "",
        "| | one core |", "|---|---|",
        f"| one host's subnet comes or goes | {route_ns * CLIENTS / 1e6:.1f} ms |",
        f"| each of {CLIENTS:,} clients announces one prefix to all others | {route_ns * 1e-9 * CLIENTS * CLIENTS:.0f} s |",
        f"| all sessions come up | {session_us * CLIENTS / 1e6:.1f} s |",
        f"| a table of 1,000,000 routes with attributes of their own, to everybody | {table_seconds / 60:.0f} min |",
        f"| {PATHS:,} paths, in and chosen ({prefix_us:.2f} µs the first of a prefix, {path_us:.2f} µs on average of ten) "
        f"| {min(prefix_us, path_us) * PATHS / 1e6:.0f} to {max(prefix_us, path_us) * PATHS / 1e6:.0f} s |",
        f"| keepalives, both ways, hold time {HOLD_TIME} s | {CLIENTS / (HOLD_TIME / 3):.0f} a second each way |", "",
        f"**Memory.** A session without routes takes {session_kib:.1f} KiB, so {CLIENTS:,} take "
        f"{session_kib * CLIENTS / 1024:.0f} MiB. A prefix with one path takes {prefix_octets:.0f} octets, of ten paths each takes "
        f"{path_octets:.0f}; {PATHS:,} paths are {min(prefix_octets, path_octets) * PATHS / 2**30:.1f} to {paths_gib:.1f} GiB, by how "
        f"many prefixes they lead to and how many sets of attributes they share. What clients have not read is kept once for all: "
        f"{LOG_OF_A_GROUP_MIB} MiB for a group.", "",
        f"**Sockets.** One a client: {CLIENTS:,} descriptors of the {65536:,} that the service unit allows, about "
        f"{CLIENTS * IDLE_SOCKET_KIB // 1024} MiB of kernel memory while they are idle. Full send buffers are the kernel's "
        "to bound (`net.ipv4.tcp_wmem`, `tcp_mem`): 10,000 times its default maximum of 4 MiB would be 39 GiB, and `tcp_mem` "
        "says less.", "",
        "**What comes first.** Neither descriptors nor the daemon's memory but one core's time for a large table that everybody "
        f"gets: it grows with routes × clients, and {table_seconds / 60:.0f} minutes are too long where hosts' own subnets take "
        f"{route_ns * 1e-9 * CLIENTS * CLIENTS:.0f} s. Routes that share attributes cost less, because a message holds hundreds. "
        "Two reflectors with half of the clients each halve it. "
        "Next is the kernel's memory for send buffers when many clients stop reading at once.", "",
    ]
