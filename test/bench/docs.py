"""Puts the results into docs/performance.md, between its marks, and docs/performance.svg."""

import os

import model
import plot
import report

DOCS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "docs")


def write(results):
    """Puts results and what follows from them between the marks in docs/performance.md, and draws the picture."""
    by_scenario, _ = report.medians(results)
    with open(os.path.join(DOCS, "performance.svg"), "w", encoding="utf-8") as file:
        file.write(plot.svg(results))
    path = os.path.join(DOCS, "performance.md")
    with open(path, encoding="utf-8") as file:
        page = file.read()
    page = between_marks(page, "results", ["![Figures as a picture](performance.svg)", "", *report.conditions(results), *report.tables(results)])
    if not results["quick"] and not results["sizes"]:
        page = between_marks(page, "model", model.lines(by_scenario))
    with open(path, "w", encoding="utf-8") as file:
        file.write(page)


def between_marks(page, name, lines):
    """The page with these lines between its marks of this name; no lines: as it is."""
    begin, end = f"<!-- {name}: written by test/bench/run.sh -->\n", f"<!-- end of {name} -->\n"
    if not lines:
        return page
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"docs/performance.md has no marks of {name}")
    return before + begin + "\n" + "\n".join(lines).rstrip() + "\n\n" + end + after
