"""Results as tables: medians, and kulan's ratio to the best of the others."""

import statistics

import scenarios


def text_of(value, unit):
    """A value with about three digits and its unit."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 or unit == "s" else 3
    return f"{value:,.{digits}f} {unit}".strip()


def medians(results):
    """{scenario: {daemon: {figure: median}}}, and why there is none: {scenario: {daemon: failure}}."""
    values, failures = {}, {}
    for run in results["runs"]:
        if run["failure"]:
            failures.setdefault(run["scenario"], {})[run["daemon"]] = run["failure"]
        figures = values.setdefault(run["scenario"], {}).setdefault(run["daemon"], {})
        for key, value in run["figures"].items():
            figures.setdefault(key, []).append(value)
    return {scenario: {daemon: {key: statistics.median(list_) for key, list_ in figures.items()}
                       for daemon, figures in by_daemon.items()}
            for scenario, by_daemon in values.items()}, failures


def table(scenario, by_daemon, names):
    """Lines of a Markdown table: a figure a row, a daemon a column, and the ratio."""
    lines = ["| | " + " | ".join(names) + " | kulan : best other |", "|---" * (len(names) + 2) + "|"]
    for figure in scenario.figures:
        row = {name: by_daemon.get(name, {}).get(figure.key) for name in names}
        others = [value for name, value in row.items() if name != "kulan" and value is not None]
        mine = row.get("kulan")
        ratio = f"{mine / min(others):.2f}" if mine is not None and others and min(others) > 0 else "–"
        cells = [text_of(value, figure.unit) if value is not None else "–" for value in row.values()]
        lines.append(f"| {figure.title} | " + " | ".join(cells) + f" | {ratio} |")
    return lines


def tables(results):
    by_scenario, failures = medians(results)
    names = list(results["versions"])
    lines = []
    for scenario in scenarios.ALL:
        if scenario.name not in by_scenario:
            continue
        lines += [f"### {scenario.name}: {scenario.heading(results['quick'], results['sizes'])}", "", *table(scenario, by_scenario[scenario.name], names), ""]
        for daemon, why in failures.get(scenario.name, {}).items():
            lines += [f"{daemon} did not complete it: {why}", ""]
    return lines


def conditions(results):
    machine = results["machine"]
    loads = [run["load"] for run in results["runs"]] or [0]
    count = max([sum(1 for run in results["runs"] if (run["scenario"], run["daemon"]) == key)
                 for key in {(run["scenario"], run["daemon"]) for run in results["runs"]}] or [0])
    size = ", small sizes (--quick)" if results["quick"] else ""
    return [f"{results['date']}, {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
            f"Linux {machine['kernel']}; medians of {count} runs{size}, the daemons in turn; load of the machine before a run "
            f"{min(loads):.1f} to {max(loads):.1f} (median {statistics.median(loads):.1f}).",
            "", *[f"- {name}: {version}" for name, version in results["versions"].items()], ""]


def text(results):
    return "\n".join(conditions(results) + tables(results))
