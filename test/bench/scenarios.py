"""What is measured: rows that name a scenario of the generator, its size, and the figures that the report shows."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Figure:
    """key: as the generator notes it. unit: s, MiB, ms, µs, ns or ""; less is better, always."""
    key: str
    title: str
    unit: str


@dataclass(frozen=True)
class Scenario:
    """title: names sizes in braces. load: the generator's scenario. size, quick_size: its options. quick: part of a quick
    run. lists: what an operator lists meanwhile (lister.COMMANDS), in daemons that have a shell for it."""
    name: str
    title: str
    load: str
    figures: tuple
    size: dict = field(default_factory=dict)
    quick_size: dict = field(default_factory=dict)
    quick: bool = True
    lists: tuple = ()

    def sizes(self, quick, changes):
        """changes: options of the command line that say another size."""
        return {**self.size, **(self.quick_size if quick else {}), **changes}

    def words(self, quick, changes):
        """The generator's arguments."""
        return [self.load] + [word for key, value in self.sizes(quick, changes).items() for word in (f"--{key}", str(value))]

    def heading(self, quick, changes):
        return self.title.format(**self.sizes(quick, changes))


def phase(key, title):
    return (Figure(f"{key}_wall_s", f"{title}: wall", "s"), Figure(f"{key}_cpu_s", f"{title}: CPU", "s"))


def memory(key):
    return (Figure(f"{key}_rss_mib", "memory at rest", "MiB"), Figure(f"{key}_peak_mib", "memory, peak", "MiB"))


def reflector(clients, **options):
    return Scenario(f"s3_{clients}", "reflector, {peers:,} clients announce one prefix each and get all others", "reflector",
                    (*phase("reflector", "all have all"), *memory("reflector"),
                     Figure("sessions_cpu_s", "sessions come up: CPU", "s"),
                     Figure("sessions_rss_mib", "sessions without routes: memory", "MiB")),
                    {"peers": clients, "window": 8}, **options)


def fan_out(peers, **options):
    return Scenario(f"fan_{peers}", "{prefixes:,} routes with attributes of their own from one client to {peers:,} others", "fan_out",
                    (Figure("fan_out_ns", "CPU of a route for a client", "ns"), *phase("fan_out", "all have all"),
                     *memory("fan_out"), Figure("sessions_rss_mib", "sessions without routes: memory", "MiB"),
                     Figure("sessions_cpu_s", "sessions come up: CPU", "s")),
                    {"peers": peers, "prefixes": 1000}, **options)


def listed(key, title):
    return (Figure(f"{key}_first_ms", f"{title}: first page", "ms"), Figure(f"{key}_wall_s", f"{title}: all", "s"),
            Figure(f"{key}_cpu_s", f"{title}: CPU of the daemon", "s"), Figure(f"{key}_shell_mib", f"{title}: memory of the shell", "MiB"))


def over_ipv6(name):
    scenario = next(scenario for scenario in IPV4 if scenario.name == name)
    return replace(scenario, name=f"{name}_ipv6", title=f"IPv6: {scenario.title}", size={**scenario.size, "family": "ipv6"}, quick=False)


IPV4 = (
    Scenario("s1", "1 sender × {prefixes:,} prefixes to 1 receiver, then withdrawn", "table",
             (*phase("table", "announced"), *memory("table"), *phase("withdraw", "withdrawn"),
              Figure("withdraw_rss_mib", "memory after that", "MiB"),
              Figure("withdraw_later_rss_mib", "memory 10 s later", "MiB")),
             {"prefixes": 1000000}, {"prefixes": 200000}),
    Scenario("s2", "{peers} senders × {prefixes:,} prefixes, the best to 1 receiver; then the senders close", "best",
             (*phase("best", "best of ten"), *memory("best"), *phase("close", "senders close")),
             {"prefixes": 200000, "peers": 10}, {"prefixes": 20000}, quick=False),
    reflector(100, quick=False),
    reflector(500),
    reflector(1000, quick=False),
    reflector(2000, quick=False),
    Scenario("s4", "{rate:,} flaps a second on {prefixes:,} prefixes, one at a time", "flaps",
             (Figure("flap_p50_ms", "sender to receiver, p50", "ms"), Figure("flap_p99_ms", "sender to receiver, p99", "ms"),
              Figure("flap_cpu_us", "CPU of an event", "µs")),
             {"prefixes": 100000, "rate": 1000, "seconds": 6}, {"prefixes": 20000, "seconds": 2}),
    Scenario("walks", "{prefixes:,} routes are told again, and go with their neighbor, while {rate} of another's a second flap", "walks",
             (Figure("rest_p50_ms", "at rest: sender to a bystander, p50", "ms"), Figure("rest_p99_ms", "… p99", "ms"),
              Figure("refresh_p50_ms", "another neighbor's route refresh: p50", "ms"),
              Figure("refresh_p99_ms", "… p99", "ms"), Figure("refresh_max_ms", "… longest", "ms"),
              Figure("close_p50_ms", "the neighbor goes: p50", "ms"), Figure("close_p99_ms", "… p99", "ms"),
              Figure("close_max_ms", "… longest", "ms")),
             {"prefixes": 1000000, "rate": 1000}, {"prefixes": 100000}),
    Scenario("listing", "{prefixes:,} routes are listed while {rate} of them a second flap", "flaps",
             (*listed("text", "show ip bgp"), *listed("json", "show ip bgp json"), *listed("include", "… \\| include 10.1"),
              Figure("grown_mib", "memory of the daemon, growth", "MiB"),
              Figure("flap_p50_ms", "a flap, sender to receiver meanwhile, p50", "ms"),
              Figure("flap_p99_ms", "… p99", "ms"), Figure("flap_max_ms", "… longest", "ms")),
             {"prefixes": 1000000, "rate": 200, "seconds": 40}, {"prefixes": 100000, "seconds": 12},
             lists=("text", "json", "include")),
    Scenario("cold", "{peers:,} clients dial a fresh reflector at once, one prefix each; then one brings {prefixes:,}", "cold_start",
             (*phase("connect", "all are there and have all"), *phase("brought", "all have the table"), *memory("brought"),
              Figure("longest_silence_s", "longest silence of the daemon towards a client", "s"),
              Figure("sessions_lost", "sessions lost", "")),
             {"peers": 2000, "prefixes": 100000, "hold-time": 30}, {"peers": 200, "prefixes": 20000}, quick=False),
    Scenario("idle", "a node with two neighbors does nothing", "idle",
             (Figure("idle_rss_mib", "memory", "MiB"), Figure("idle_cpu_ms", "CPU a second", "ms"),
              Figure("idle_wakeups", "context switches a second", "")),
             {"seconds": 10}, {"seconds": 3}),
    fan_out(100, quick=False),
    fan_out(500, quick=False),
    fan_out(1000, quick=False),
    fan_out(2000, quick=False),
    fan_out(5000, quick=False),
)
ALL = (*IPV4, *map(over_ipv6, ("s1", "s2", "s3_1000", "s4", "walks")))
BY_NAME = {scenario.name: scenario for scenario in ALL}
