"""What is measured: rows that name a scenario of the generator, its size, and the figures that the report shows."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """key: as the generator notes it. unit: s, MiB, ms, µs, ns or ""; less is better, always."""
    key: str
    title: str
    unit: str


@dataclass(frozen=True)
class Scenario:
    """title: names sizes in braces. load: the generator's scenario. size, quick_size: its options. quick: part of a quick
    run."""
    name: str
    title: str
    load: str
    figures: tuple
    size: dict = field(default_factory=dict)
    quick_size: dict = field(default_factory=dict)
    quick: bool = True

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


ALL = (
    Scenario("s1", "1 sender × {prefixes:,} prefixes to 1 receiver, then withdrawn", "table",
             (*phase("table", "announced"), *memory("table"), *phase("withdraw", "withdrawn"),
              Figure("withdraw_rss_mib", "memory after that", "MiB")),
             {"prefixes": 1000000}, {"prefixes": 200000}),
    Scenario("s2", "{peers} senders × {prefixes:,} prefixes, the best to 1 receiver; then the senders close", "best",
             (*phase("best", "best of ten"), *memory("best"), *phase("close", "senders close")),
             {"prefixes": 200000, "peers": 10}, {"prefixes": 20000}),
    reflector(100, quick=False),
    reflector(500),
    reflector(1000, quick=False),
    reflector(2000, quick=False),
)
BY_NAME = {scenario.name: scenario for scenario in ALL}
