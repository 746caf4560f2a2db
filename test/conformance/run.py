#!/usr/bin/env python3
"""Plays BGP peers against a daemon, octet by octet, and says where it is not what the RFCs ask for.

    test/conformance/run.py [--daemon kuland|bird] [--list] [--keep] [--seed N] [NAME]...

NAME: cases with NAME in their name; all without one. Needs `ip` and `unshare`; root, or a kernel that gives user namespaces.
The daemon is that of $KULAN_BUILD or of the first preset that is built. The last line is the count.
"""

import argparse
import concurrent.futures
import glob
import importlib
import ipaddress
import os
import random
import shutil
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bgp  # noqa: E402
import daemons  # noqa: E402
import differences  # noqa: E402
import kit  # noqa: E402
from session import CaseFailed, Skip  # noqa: E402

INSIDE = "KULAN_CONFORMANCE_INSIDE"


def load_cases():
    for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "*_cases.py"))):
        importlib.import_module(os.path.basename(path)[:-3])
    for number, case in enumerate(kit.CASES.values(), 1):
        case.number = number


def enter_namespace():
    """Starts this program again in a network namespace of its own, which goes with it."""
    words = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--user", "--map-root-user"]
    os.environ[INSIDE] = "1"
    os.execvp(words[0], [*words, "--", sys.executable, *sys.argv])


def give_addresses(case):
    """{peer: Neighbor}, each with an address of its own: 10.0.8.0 and up, fd00::1:0 and up."""
    for index, neighbor in enumerate(case.peers.values()):
        base = int(ipaddress.ip_address("fd00::1:0" if neighbor.over_ipv6 else "10.0.8.0"))
        neighbor.address = str(ipaddress.ip_address(base + case.number * 8 + index))
    return case.peers


def play(case, daemon):
    """None, or what went wrong."""
    context = kit.Context(case, daemon, case.peers)
    try:
        case.function(context)
        return None if daemon.is_running() else "the daemon ended"
    except Skip:
        raise
    except CaseFailed as failure:
        text = str(failure)
    except bgp.Malformed as failure:
        text = f"the daemon sent a malformed message: {failure}"
    except Exception:  # a case that fails in another way fails too, the others go on
        text = traceback.format_exc()
    finally:
        context.close()
    return text if daemon.is_running() else f"{text}\nthe daemon ended:\n{daemon.log()[-1500:]}"


class Score:
    def __init__(self, daemon_name, verbose):
        self.daemon_name, self.verbose = daemon_name, verbose
        self.passed = self.failed = self.skipped = self.differs = 0

    def note(self, case, failure, seconds):
        if isinstance(failure, Skip):
            self.skipped += 1
            print(f"SKIP {case.name}: {failure}", flush=True)
        elif failure is None:
            self.passed += 1
            if self.verbose:
                print(f"pass {case.name} ({seconds:.2f} s)", flush=True)
        elif self.daemon_name == "bird" and (why := differences.of_bird(case.name)):
            self.differs += 1
            print(f"differs {case.name}: {why}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL {case.name}: {failure}", flush=True)


def run_setup(setup, cases, daemon_class, folder, score):
    neighbors = [neighbor for case in cases for neighbor in give_addresses(case).values()]
    daemon = daemon_class(setup, neighbors, folder).start()
    try:
        lacking = daemon.lacking_lines()

        def timed(case):
            begin = time.monotonic()
            try:
                missing = [line for at, line in lacking if at in ("", *(peer.address for peer in case.peers.values()))]
                if missing:
                    raise Skip(f"no command '{missing[0]}'")
                return case, play(case, daemon), time.monotonic() - begin
            except Skip as why:
                return case, why, 0.0
        slow = [case for case in cases if case.slow]
        with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(slow))) as pool:
            waiting = [pool.submit(timed, case) for case in slow]
            for case in cases:
                if not case.slow:
                    score.note(*timed(case))
                if not daemon.is_running():  # the case has said so; the others get a fresh one
                    daemon.start()
            for each in waiting:
                score.note(*each.result())
    finally:
        status = daemon.stop()
    if status != 0:
        score.failed += 1
        print(f"FAIL {setup.name}: {daemon.NAME} ended with {status}:\n{daemon.log()[-3000:]}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", choices=sorted(daemons.ALL), default="kuland")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the folder of logs and configurations")
    parser.add_argument("--verbose", action="store_true", help="one line for each case that passed")
    parser.add_argument("--seed", type=int, help="of the random cases; printed when not given")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()

    load_cases()
    chosen = [case for case in kit.CASES.values()
              if not options.names or any(name in case.name for name in options.names)]
    if options.list:
        print("\n".join(case.name for case in chosen))
        return 0 if chosen else 1
    if not os.environ.get(INSIDE):
        enter_namespace()
    daemons.make_network()
    kit.SEED = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)

    score, begin = Score(options.daemon, options.verbose), time.monotonic()
    folder = tempfile.mkdtemp(prefix="kulan-conformance-")
    playable = [case for case in chosen if (case.only or options.daemon) == options.daemon and not (
        options.daemon == "bird" and (case.setup.bird is None or any(n.bird is None for n in case.peers.values())))]
    score.skipped = len(chosen) - len(playable)
    setups = {}
    for case in playable:
        setups.setdefault(case.setup.name, (case.setup, []))[1].append(case)
    try:
        for setup, cases in setups.values():
            run_setup(setup, cases, daemons.ALL[options.daemon], folder, score)
    finally:
        if options.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"seed {kit.SEED}, {time.monotonic() - begin:.0f} s" +
          (f", {score.differs} known differences" if score.differs else ""))
    print(f"{score.passed} passed, {score.failed} failed, {score.skipped} skipped")
    return 1 if score.failed else 0


if __name__ == "__main__":
    sys.exit(main())
