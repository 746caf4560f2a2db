#!/usr/bin/env python3
"""Measures kuland and other daemons with the load generator, one after the other in each round, and reports medians.

  run.py [--scenarios NAME[,NAME]...] [--daemons NAME[,NAME]...] [--runs N] [--quick] [--prefixes N] [--peers N]
         [--timeout SECONDS] [--write-docs] [--strict]

Needs root and binaries of a release build; test/bench/run.sh sees to both. Ctrl-C ends what runs and cleans up.
"""

import argparse
import json
import os
import platform
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import daemons  # noqa: E402
import docs  # noqa: E402
import report  # noqa: E402
import scenarios  # noqa: E402
from arena import Arena  # noqa: E402
from lister import Lister  # noqa: E402
from lab.kuland import find_build  # noqa: E402

PHASES = 4  # of a scenario at most, each bounded by --timeout


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", default="", help=", ".join(scenarios.BY_NAME))
    parser.add_argument("--daemons", default="", help=", ".join(daemons.ALL) + " (those that are installed)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="small sizes, one run, kulan and bird2: a minute")
    parser.add_argument("--prefixes", type=int, help="size, instead of the scenario's")
    parser.add_argument("--peers", type=int, help="number, instead of the scenario's")
    parser.add_argument("--timeout", type=float, default=120, help="seconds of a phase")
    parser.add_argument("--list", action="store_true", help="say what there is, and end")
    parser.add_argument("--write-docs", action="store_true", help="put the results into docs/performance.md and .svg")
    parser.add_argument("--results", help="file of results of other scenarios, to add to (build/release/bench.json, which begins anew)")
    parser.add_argument("--strict", action="store_true", help="end non-zero when a run failed")
    parser.add_argument("--report-only", action="store_true", help="from the file of results, without a run")
    return parser.parse_args()


def choose(names, available, otherwise):
    chosen = [name for name in names.split(",") if name] or otherwise
    unknown = [name for name in chosen if name not in available]
    if unknown:
        sys.exit(f"run.py: {', '.join(unknown)}: not one of {', '.join(available)}")
    return chosen


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(file.readline().split()[1]) // (1 << 20)
    return {"processor": models[0] if models else platform.machine(), "cores": os.cpu_count(), "memory_gib": memory,
            "kernel": platform.release()}


def sizes_of(given):
    return {key: value for key in ("prefixes", "peers") if (value := getattr(given, key))}


def measure(daemon, scenario, given):
    """One run. {"figures": {...}, "failure": "", "load": N}"""
    load_generator = os.path.join(find_build(), "test", "bench", "bgp_load")
    words = [load_generator, *scenario.words(given.quick, sizes_of(given)), "--timeout", str(given.timeout)]
    result = {"daemon": daemon.NAME, "scenario": scenario.name, "load": round(os.getloadavg()[0], 2)}
    try:
        with Arena() as arena:
            plan = arena.load([*words, "--print-peers"], 20)
            arena.start(daemon.configure(arena.folder, plan), plan)
            time.sleep(daemon.warm_up)
            lister = None
            if scenario.lists:
                prefixes = scenario.sizes(given.quick, sizes_of(given))["prefixes"]
                lister = Lister(arena, daemon.shell(arena.folder), prefixes, scenario.lists)
                lister.start()
            measured = arena.load([*words, "--pid", str(arena.process.pid)], PHASES * given.timeout + 60)
            if lister:
                return {**result, **with_listed(measured, lister)}
            return {**result, "figures": measured["figures"], "failure": measured["failure"]}
    except (RuntimeError, OSError, ValueError) as error:
        return {**result, "figures": {}, "failure": str(error)}
    except Exception as error:  # pylint: disable=broad-except
        # One that hangs or ends ends no series.
        return {**result, "figures": {}, "failure": f"{type(error).__name__}: {error}"[:300]}


def with_listed(measured, lister):
    """What was listed counts as long as routes flapped."""
    failure = measured["failure"] or lister.failure or ("the listing took longer than the flaps" if lister.is_alive() else "")
    return {"figures": {**measured["figures"], **lister.figures}, "failure": failure}


def main():
    given = options()
    installed = {name: daemon for name, daemon in daemons.ALL.items() if daemon.binary()}
    if given.list:
        for name, daemon in daemons.ALL.items():
            print(f"{name:10} {daemon.version() if name in installed else 'is not installed'}")
        for scenario in scenarios.ALL:
            print(f"{scenario.name:10} {scenario.title}")
        return
    results_path = given.results or os.path.join(find_build() or ".", "bench.json")
    if given.report_only:
        with open(results_path, encoding="utf-8") as file:
            return publish(json.load(file), given)
    if os.geteuid() != 0:
        sys.exit("run.py: needs root for a network namespace")
    if "kulan" not in installed:
        sys.exit("run.py: kuland is not built; test/bench/run.sh builds it")

    default_daemons = [name for name in ("kulan", "bird2") if name in installed] if given.quick else list(installed)
    chosen_daemons = choose(given.daemons, installed, default_daemons)
    chosen = choose(given.scenarios, scenarios.BY_NAME,
                    [scenario.name for scenario in scenarios.ALL if scenario.quick or not given.quick])
    results = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), "quick": given.quick, "sizes": sizes_of(given),
               "runs": [],
               "versions": {name: installed[name].version() for name in chosen_daemons}}
    if given.results:
        add_earlier(results, results_path, chosen)
    gave_up = set()
    for round_number in range(1 if given.quick else given.runs):
        for name in chosen:
            for daemon in chosen_daemons:
                has_no_shell = scenarios.BY_NAME[name].lists and not installed[daemon].shell("")
                if (name, daemon) in gave_up or has_no_shell:
                    continue
                result = measure(installed[daemon], scenarios.BY_NAME[name], given)
                results["runs"].append(result)
                if result["failure"]:
                    gave_up.add((name, daemon))  # once is enough: others wait
                print(f"{round_number + 1}: {name} {daemon} {summary(result, name)}", flush=True)
                with open(results_path, "w", encoding="utf-8") as file:
                    json.dump(results, file, indent=1)
    publish(results, given)
    if given.strict and gave_up:
        sys.exit(1)


def add_earlier(results, path, chosen):
    """What a file has of other scenarios, when it was measured alike: on this machine, with these versions and sizes."""
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        earlier = json.load(file)
    shared = results["versions"].keys() & earlier["versions"].keys()
    if any(earlier[key] != results[key] for key in ("machine", "quick", "sizes")) or \
            any(earlier["versions"][name] != results["versions"][name] for name in shared):
        sys.exit(f"run.py: {path} was measured on another machine, with other versions or sizes")
    results["runs"] = [run for run in earlier["runs"] if run["scenario"] not in chosen]
    results["versions"] = {**earlier["versions"], **results["versions"]}


def summary(result, name):
    shown = [f"{figure.title} {report.text_of(result['figures'][figure.key], figure.unit)}"
             for figure in scenarios.BY_NAME[name].figures if figure.key in result["figures"]]
    return "; ".join(shown + ([f"FAILED: {result['failure']}"] if result["failure"] else []))


def publish(results, given):
    print("\n" + report.text(results))
    if given.write_docs:
        docs.write(results)


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda signum, _: sys.exit(128 + signum))
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
