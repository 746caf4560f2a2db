"""The results as one picture, SVG without a library: the fan-out curve, and every daemon's figures beside kulan's."""

import math

import report
import scenarios

COLORS = {"kulan": "#c2410c", "bird2": "#1d4ed8", "bird3": "#0891b2", "frr": "#15803d", "gobgp": "#7e22ce", "openbgpd": "#525252"}
WIDTH, MARGIN_LEFT, MARGIN_RIGHT, ROW = 860, 230, 30, 22
COMPARED = (("s1", "table_cpu_s"), ("s1", "table_rss_mib"), ("s1", "withdraw_cpu_s"), ("s2", "best_cpu_s"), ("s2", "best_rss_mib"),
            ("s2", "close_cpu_s"), ("s3_500", "reflector_cpu_s"), ("s3_1000", "reflector_cpu_s"), ("s3_2000", "reflector_cpu_s"),
            ("s3_2000", "reflector_rss_mib"), ("s4", "flap_p99_ms"), ("s4", "flap_cpu_us"), ("cold", "connect_wall_s"),
            ("cold", "brought_wall_s"), ("idle", "idle_rss_mib"))


class Drawing:
    def __init__(self):
        self.parts = []

    def line(self, x1, y1, x2, y2, color="#d4d4d4"):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}"/>')

    def text(self, x, y, words, anchor="start", weight="normal"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{words}</text>')

    def dot(self, x, y, daemon, title):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{COLORS[daemon]}"><title>{title}</title></circle>')

    def curve(self, points, daemon):
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{text}" fill="none" stroke="{COLORS[daemon]}" stroke-width="2"/>')

    def svg(self, height):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" viewBox="0 0 {WIDTH} {height:.0f}" '
                'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="#fff"/>\n'
                + "\n".join(self.parts) + "\n</svg>\n")


class LogScale:
    """Values of decades to pixels."""

    def __init__(self, values, first_pixel, last_pixel):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(self.low + 1, math.ceil(math.log10(max(values))))
        self.first, self.last = first_pixel, last_pixel

    def __call__(self, value):
        return self.first + (self.last - self.first) * (math.log10(value) - self.low) / (self.high - self.low)

    def decades(self):
        return [10.0 ** power for power in range(self.low, self.high + 1)]


def fan_out_points(by_scenario):
    """{daemon: [(peers, ns a route and peer)]}"""
    points = {}
    for scenario in scenarios.ALL:
        if scenario.load == "fan_out":
            for daemon, figures in by_scenario.get(scenario.name, {}).items():
                if figures.get("fan_out_ns", 0) > 0:
                    points.setdefault(daemon, []).append((scenario.size["peers"], figures["fan_out_ns"]))
    return points


def draw_fan_out(drawing, points, top):
    """Returns where it ends."""
    height = 260
    drawing.text(20, top, "CPU of one route for one peer (ns), by number of peers", weight="bold")
    y = LogScale([ns for curve in points.values() for _, ns in curve], top + height, top + 20)
    x = LogScale([peers for curve in points.values() for peers, _ in curve], 80, WIDTH - MARGIN_RIGHT)
    for decade in y.decades():
        drawing.line(80, y(decade), WIDTH - MARGIN_RIGHT, y(decade))
        drawing.text(74, y(decade) + 4, f"{decade:g}", "end")
    for peers in sorted({peers for curve in points.values() for peers, _ in curve}):
        drawing.line(x(peers), top + 20, x(peers), top + height)
        drawing.text(x(peers), top + height + 16, f"{peers:,}", "middle")
    for daemon, curve in points.items():
        drawing.curve([(x(peers), y(ns)) for peers, ns in curve], daemon)
        for peers, ns in curve:
            drawing.dot(x(peers), y(ns), daemon, f"{daemon}, {peers:,} peers: {ns:.0f} ns")
    return top + height + 44


def draw_compared(drawing, by_scenario, top):
    """Every figure relative to kulan's. Returns where it ends."""
    rows = []
    for name, key in COMPARED:
        figures = {daemon: values[key] for daemon, values in by_scenario.get(name, {}).items() if values.get(key, 0) > 0}
        if "kulan" in figures and len(figures) > 1:
            title = next(figure.title for figure in scenarios.BY_NAME[name].figures if figure.key == key)
            rows.append((f"{name}: {title}", {daemon: value / figures["kulan"] for daemon, value in figures.items()}, figures))
    if not rows:
        return top
    drawing.text(20, top, "Each figure as a multiple of kulan's (less is better)", weight="bold")
    x = LogScale([ratio for _, ratios, _ in rows for ratio in ratios.values()], MARGIN_LEFT, WIDTH - MARGIN_RIGHT)
    bottom = top + 20 + ROW * len(rows)
    for decade in x.decades():
        drawing.line(x(decade), top + 12, x(decade), bottom, "#737373" if decade == 1 else "#d4d4d4")
        drawing.text(x(decade), bottom + 16, f"×{decade:g}", "middle")
    for number, (title, ratios, figures) in enumerate(rows):
        y = top + 24 + ROW * number
        drawing.text(MARGIN_LEFT - 10, y + 4, title, "end")
        drawing.line(MARGIN_LEFT, y, WIDTH - MARGIN_RIGHT, y, "#f0f0f0")
        for daemon, ratio in sorted(ratios.items(), key=lambda item: item[0] == "kulan"):
            drawing.dot(x(ratio), y, daemon, f"{daemon}: {figures[daemon]:.4g} ({ratio:.2f} × kulan)")
    return bottom + 44


def svg(results):
    by_scenario, _ = report.medians(results)
    drawing = Drawing()
    end = 30
    points = fan_out_points(by_scenario)
    if points:
        end = draw_fan_out(drawing, points, end)
    end = draw_compared(drawing, by_scenario, end)
    for number, daemon in enumerate(results["versions"]):
        drawing.dot(30 + 130 * number, end, daemon, daemon)
        drawing.text(42 + 130 * number, end + 4, daemon)
    return drawing.svg(end + 24)
