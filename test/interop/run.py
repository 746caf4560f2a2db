#!/usr/bin/env python3
"""Interop tests: kuland against BIRD 2, FRR, GoBGP, OpenBGPD and itself, in network namespaces.

    test/interop/run.py [--list] [--jobs N] [NAME...]

NAME: a test, a feature (`session`), or any part of a name. Without one all run. The daemon is taken from $KULAN_BUILD, or
from build/release, build/asan, build/debug, build/tsan, the first that is there. Each test is a process with namespaces
of its own. What a failed test saw is printed; KULAN_KEEP_FILES=1 leaves its files.
--matrix writes what the run showed into docs/interop.md.
Ends with `N passed, N failed, N skipped`; exit status 1 when one failed.
"""

import argparse
import concurrent.futures
import glob
import importlib
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import harness  # noqa: E402
import matrix  # noqa: E402

SECONDS_FOR_ONE = 300
SKIPPED = 77


def load_tests():
    for path in sorted(glob.glob(os.path.join(HERE, "*_test.py"))):
        importlib.import_module(os.path.basename(path)[:-3])


def selected(wanted):
    if not wanted:
        return list(harness.TESTS)
    chosen = [name for name in harness.TESTS
              if any(word == name or name.startswith(word + ".") or word in name for word in wanted)]
    if not chosen:
        sys.exit(f"run.py: no test has {' or '.join(wanted)} in its name; --list shows them")
    return chosen


def why_none():
    """Why no test can run on this machine, or None."""
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    probe = f"kulan-probe-{os.getpid()}"
    try:
        made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    except FileNotFoundError:
        return "ip (iproute2) is not installed"
    if made.returncode != 0:
        return f"cannot make a network namespace: {made.stderr.strip()}"
    subprocess.run(["ip", "netns", "delete", probe], capture_output=True)
    return None


def run_in_process(name):
    """(exit status, output, seconds) of one test."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen([sys.executable, os.path.join(HERE, "run.py"), "--one", name], stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=output, start_new_session=True)
        try:
            status = process.wait(SECONDS_FOR_ONE)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # prints what it saw, cleans up
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            status = 1
            output.write(f"\nnot done after {SECONDS_FOR_ONE} s\n")
        harness.end_lab(f"kulan-{process.pid}")
        output.seek(0)
        return status, output.read(), time.monotonic() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true", help="print the names, run nothing")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1),
                        help="so many at a time (two a processor: they mostly wait)")
    parser.add_argument("--matrix", action="store_true", help="write docs/interop.md; rows of tests that did not run are left out")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    load_tests()
    if options.one:
        return harness.run_one(options.one)
    names = selected(options.names)
    if options.list:
        print("\n".join(names))
        return 0

    build = harness.find_build()
    print(f"kuland: {build or 'not built'}; {', '.join(matrix.versions().values())}", flush=True)
    nothing = why_none()
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    failed, outcomes = [], {}
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        waiting = {}
        for name in names:
            reason = nothing or harness.why_not(name)
            if reason:
                counts["skipped"] += 1
                print(f"SKIP {name}: {reason}", flush=True)
            elif not build and not name.startswith("peers."):
                counts["failed"] += 1  # said once, at the end
            else:
                waiting[pool.submit(run_in_process, name)] = name
        try:
            for done in concurrent.futures.as_completed(waiting):
                name = waiting[done]
                status, output, seconds = done.result()
                outcomes[name] = status
                if status == 0:
                    counts["passed"] += 1
                    print(f"ok   {name} ({seconds:.1f} s)", flush=True)
                elif status == SKIPPED:
                    counts["skipped"] += 1
                    print(f"SKIP {name}: {output.strip()}", flush=True)
                else:
                    counts["failed"] += 1
                    failed.append(name)
                    print(f"FAIL {name} ({seconds:.1f} s)\n" + "\n".join("    " + line for line in output.splitlines()),
                          flush=True)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if options.matrix:
        matrix.write(outcomes)
    if not build and counts["failed"]:
        print("FAIL: kuland is not built")
    if failed:
        print("failed: " + " ".join(sorted(failed)))
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
