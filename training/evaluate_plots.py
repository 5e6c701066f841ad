"""Plots of an evaluation as inline SVG: reliability, precision against recall, a figure with its interval.

Colours are of the Okabe-Ito palette; what a colour tells, a shape or a word tells too.
"""

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import Any

BLUE, ORANGE, GREY, GRID = "#0072b2", "#d55e00", "#5a6676", "#e2e6ec"
_SIZE, _LEFT, _BOTTOM, _EDGE = 260, 46, 40, 10  # pixels of a square plot and its margins
_DOT_WIDTH, _DOT_HEIGHT = 112, 18
_ROOT_TICKS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
Scale = Callable[[float], float]


def reliability_plot(bins: Sequence[Mapping[str, Any]], name: str) -> str:
    """Draw each bin's share of yes over its mean score; both axes as square roots, since most scores are small."""
    marks = [f"<path d='M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}' stroke='{GREY}' stroke-dasharray='5 4'/>"]
    for cell in bins:
        x, low, high = _x(sqrt(cell["mean_score"])), _y(sqrt(cell["ci_low"])), _y(sqrt(cell["ci_high"]))
        told = f"mean score {cell['mean_score']:.3f}: {cell['positives']} of {cell['rows']} are a yes"
        marks.append(
            f"<g><title>{told}</title><path d='M{x} {low}V{high}' stroke='{BLUE}' stroke-width='2'/>"
            f"<circle cx='{x}' cy='{_y(sqrt(cell['share']))}' r='4.5' fill='{BLUE}' stroke='#fff'/></g>"
        )
    axes = _axes("mean P(yes) given", "share of yes", _ROOT_TICKS, sqrt)
    return _svg(f"reliability of {name}", axes + "".join(marks))


def precision_recall_plot(points: Sequence[Mapping[str, float]], block: Mapping[str, Any], name: str) -> str:
    """Draw precision over recall, the threshold in use, and the precision of calling every note a yes."""
    base = block["positives"] / block["rows"]
    steps = f"M{_x(0)} {_y(points[0]['precision'])}" + "".join(
        f"L{_x(point['recall'])} {_y(point['precision'])}" for point in points
    )
    marks = f"<path d='M{_x(0)} {_y(base)}H{_x(1)}' stroke='{GREY}' stroke-dasharray='5 4'/>"
    marks += f"<path d='{steps}' fill='none' stroke='{BLUE}' stroke-width='2' stroke-linejoin='round'/>"
    if block["recall"] and block["precision"]:
        x, y = _x(block["recall"]["value"]), _y(block["precision"]["value"])
        told = f"at the threshold {block['threshold']:.2f}"
        marks += f"<path d='M{x} {y - 6}l6 6l-6 6l-6 -6z' fill='{ORANGE}' stroke='#fff'><title>{told}</title></path>"
    axes = _axes("recall", "precision", _TICKS, lambda value: value)
    return _svg(f"precision against recall of {name}", axes + marks)


def interval_plot(figure: Mapping[str, Any] | None, overall: Mapping[str, Any] | None) -> str:
    """Draw one figure in [0, 1] as a dot on its interval; the upright line is the whole set's."""
    if figure is None:
        return ""
    marks = "".join(
        f"<path d='M{_dot(at)} 3V{_DOT_HEIGHT - 3}' stroke='{GRID}'/>" for at in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    marks += f"<path d='M{_dot(0)} 9H{_dot(1)}' stroke='{GRID}'/>"
    if overall is not None:
        marks += f"<path d='M{_dot(overall['value'])} 1V{_DOT_HEIGHT - 1}' stroke='{ORANGE}' stroke-width='1.5'/>"
    if figure["ci_low"] is not None:
        low, high = _dot(figure["ci_low"]), _dot(figure["ci_high"])
        marks += f"<path d='M{low} 9H{high}' stroke='{BLUE}' stroke-width='3' stroke-linecap='round' opacity='.55'/>"
    fill = BLUE if figure["ci_low"] is not None else "#fff"
    marks += f"<circle cx='{_dot(figure['value'])}' cy='9' r='4' fill='{fill}' stroke='{BLUE}' stroke-width='1.5'/>"
    size = f"width='{_DOT_WIDTH}' height='{_DOT_HEIGHT}' viewBox='0 0 {_DOT_WIDTH} {_DOT_HEIGHT}'"
    return f"<svg {size} aria-hidden='true'>{marks}</svg>"


def _axes(x_name: str, y_name: str, ticks: Sequence[float], scale: Scale) -> str:
    parts = []
    for tick in ticks:
        x, y = _x(scale(tick)), _y(scale(tick))
        text = f"{tick:g}".removeprefix("0") or "0"
        parts.append(f"<path d='M{x} {_y(0)}V{_y(1)}M{_x(0)} {y}H{_x(1)}' stroke='{GRID}'/>")
        parts.append(f"<text x='{x}' y='{_y(0) + 15}' text-anchor='middle'>{text}</text>")
        parts.append(f"<text x='{_x(0) - 6}' y='{y + 4}' text-anchor='end'>{text}</text>")
    middle = (_x(0) + _x(1)) / 2
    parts.append(f"<text x='{middle}' y='{_SIZE - 5}' text-anchor='middle' class='axis'>{x_name}</text>")
    up = f"transform='translate(12 {(_y(0) + _y(1)) / 2}) rotate(-90)'"
    parts.append(f"<text {up} text-anchor='middle' class='axis'>{y_name}</text>")
    return "".join(parts)


def _svg(title: str, inside: str) -> str:
    return f"<svg class='plot' viewBox='0 0 {_SIZE} {_SIZE}' role='img'><title>{title}</title>{inside}</svg>"


def _x(share: float) -> float:
    return round(_LEFT + share * (_SIZE - _LEFT - _EDGE), 1)


def _y(share: float) -> float:
    return round(_SIZE - _BOTTOM - share * (_SIZE - _BOTTOM - _EDGE), 1)


def _dot(share: float) -> float:
    return round(6 + share * (_DOT_WIDTH - 12), 1)
