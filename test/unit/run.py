#!/usr/bin/env python3
"""Unit tests: the programs test/*_test of a build, some fifty tests in each process.

    test/unit/run.py [--list] [NAME]...

NAME: tests with NAME in their name; all without one. The build is $KULAN_BUILD. What a failed test said is printed.
A program made with a sanitizer starts slowly: one process for each test would take four times as long. `ctest` does that.
Ends with `N passed, N failed, N skipped`; exit status 1 when one failed.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

AT_ONCE = 50               # tests in one process
SECONDS_FOR_SOME = 300
QUIET = re.compile(r"^(Note: Google Test filter = |\[(=+|-+| +OK +| RUN +|  PASSED  )\])")


def tests_of(program, names):
    """[suite.test], as gtest's filter wants them"""
    words = [program, "--gtest_list_tests"] + [f"--gtest_filter={':'.join(f'*{name}*' for name in names)}"] * bool(names)
    tests, suite = [], ""
    for line in subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        name = line.split("  #")[0].strip()
        if line.startswith(" "):
            tests.append(suite + name)
        elif name.endswith("."):
            suite = name
    return tests


def portions(program, names):
    """[(program, [suite.test])]"""
    tests = tests_of(program, names)
    return [(program, tests[start:start + AT_ONCE]) for start in range(0, len(tests), AT_ONCE)]


def outcome(report, tests):
    """{test: "passed", "failed" or why it was skipped}; "failed" is what a process that ended early did not come to."""
    outcomes = dict.fromkeys(tests, "failed")
    try:
        cases = tree.parse(report).getroot().iter("testcase")
    except (OSError, tree.ParseError):
        return outcomes
    for case in cases:
        test, skipped = f"{case.get('classname')}.{case.get('name')}", case.find("skipped")
        if case.get("status") == "notrun":
            outcomes[test] = "disabled"
        elif skipped is not None:
            outcomes[test] = " ".join(skipped.get("message", "").split("\n")[1:]) or "without a reason"
        elif case.find("failure") is None:
            outcomes[test] = "passed"
    return outcomes


def run(program, tests):
    """(outcomes, what there is to print)"""
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        try:
            done = subprocess.run([program, f"--gtest_filter={':'.join(tests)}", f"--gtest_output=xml:{report.name}"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  errors="replace", timeout=SECONDS_FOR_SOME)
            status, output = done.returncode, done.stdout
        except subprocess.TimeoutExpired as late:
            status, output = 1, f"{(late.stdout or b'').decode(errors='replace')}\nnot done after {SECONDS_FOR_SOME} s\n"
        outcomes = outcome(report.name, tests)
    failed = [test for test in tests if outcomes[test] == "failed"]
    if status != 0 and not failed:  # at the end, as a leak is told
        failed = tests[-1:]
        outcomes[failed[0]] = "failed"
    if not failed:
        return outcomes, ""
    said = "\n".join(line for line in output.splitlines() if not QUIET.match(line))
    return outcomes, f"FAIL {os.path.basename(program)}, exit status {status}: {' '.join(failed)}\n{said}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true", help="print the names, run nothing")
    options = parser.parse_args()
    programs = sorted(glob.glob(os.path.join(os.path.abspath(os.environ.get("KULAN_BUILD", "build/asan")), "test", "*_test")))
    work = [portion for program in programs for portion in portions(program, options.names)]
    if options.list:
        print("\n".join(test for _, tests in work for test in tests))
        return 0 if work else 1

    counts = {"passed": 0, "failed": 0, "skipped": 0}
    if not programs:
        print("FAIL: no test is built")
        counts["failed"] = 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for outcomes, said in pool.map(lambda portion: run(*portion), work):
            if said:
                print(said, flush=True)
            for test, result in outcomes.items():
                counts[result if result in counts else "skipped"] += 1
                if result not in ("passed", "failed"):
                    print(f"SKIP {test}: {result}", flush=True)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
