"""An evaluation as one self-contained page: no script, nothing to load, fit to print."""

from collections.abc import Mapping
from html import escape
from typing import Any

from training.evaluate_sections import set_sections
from training.html_table import html_table

_STYLE = """
body{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
max-width:74rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}
h1{margin-bottom:.2rem}h2{margin-top:3rem;border-top:3px solid #0072b2;padding-top:.8rem;overflow-wrap:anywhere}
h3{margin:2rem 0 .5rem}p{max-width:46rem}small,.note{color:#5a6676}.ci{white-space:nowrap}
.warning{border-left:4px solid #d55e00;padding-left:.8rem;font-weight:600}code{overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.3rem .4rem;border-bottom:1px solid #e2e6ec;vertical-align:top}
th:first-child,table.text :is(th,td){text-align:left}table.narrow{width:auto}
tbody th{font-weight:400;overflow-wrap:anywhere;min-width:7rem}
thead th{font-weight:600;color:#5a6676}
.facts th{width:9rem;color:#5a6676}.facts td{text-align:left;overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.8rem;margin:1rem 0}
.cards div{border:1px solid #d3d9e2;border-radius:.4rem;padding:.6rem .8rem}
.cards b{display:block;font-size:1.7rem;line-height:1.3;font-variant-numeric:tabular-nums}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr));gap:1rem;margin-top:1.5rem}
figure{margin:0;max-width:24rem}figcaption{font-weight:600}
.plot{display:block;width:100%;height:auto;font-size:10.5px;fill:#5a6676}.plot .axis{font-size:11.5px;fill:#1c2430}
.dots{display:inline-flex;flex-wrap:nowrap;align-items:center;gap:0 .5rem}
.dots span{width:8.8rem;text-align:left;white-space:nowrap}
@media(max-width:74rem){.dots{flex-wrap:wrap;width:8.8rem}}
table.heat{width:auto}.heat td{text-align:center;min-width:4rem;border:2px solid #fff}.heat th{border:0}
.heat td.right{font-weight:700}
@media screen and (max-width:54rem){.stack thead,.stack td:empty{display:none}
.stack tr{display:block;padding:.5rem 0;border-bottom:1px solid #c3cad5}
.stack tbody th{display:block;border:0;padding:.1rem 0;font-weight:600}
.stack td{display:grid;grid-template-columns:8.5rem 1fr;gap:.6rem;text-align:left;border:0;padding:.1rem 0}
.stack td br{display:none}.stack td::before{content:attr(data-name);color:#5a6676}.facts th{width:5rem}
table.narrow{width:100%}}
@media screen and (max-width:34rem){table.heat{width:100%}
.heat th,.heat td{padding:.3rem .15rem;min-width:0;font-size:11px}}
@media print{body{font-size:10px;margin:0;max-width:none}h2{break-before:page}h2.first{break-before:auto}
h3{break-after:avoid}tr,figure,.cards div{break-inside:avoid}
.dots,.dots span{width:6rem}.plots{grid-template-columns:1fr 1fr}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""


def render_page(report: Mapping[str, Any]) -> str:
    """Write an evaluation with details as HTML.

    Parameters
    ----------
    report
        From `evaluate` with details.
    """
    sets = "\n".join(set_sections(each, is_first=number == 0) for number, each in enumerate(report["sets"]))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evaluation of {escape(report["model_version"])}</title><style>{_STYLE}</style></head><body>
<h1>Evaluation of model {escape(report["model_version"])}</h1>
<p class="note">{escape(_intervals(report["bootstrap"]))} Sets drawn in different ways are never pooled.</p>
{sets}
<h2>What was measured with</h2>
{html_table(("", ""), _facts(report).items(), css="facts")}
</body></html>
"""


def _intervals(used: Mapping[str, Any]) -> str:
    return (
        f"In brackets {used['level']:.0%} intervals from {used['draws']} bootstrap draws of {used['resampled']}: they "
        f"speak of other notes of the same sources, not of new sources. At 0 and 1: {used['at_0_and_1']}."
    )


def _facts(report: Mapping[str, Any]) -> dict[str, str]:
    thresholds = ", ".join(f"{question} {value:g}" for question, value in report["label_thresholds"].items())
    facts = {
        "Command": report["command"],
        "Model": report["model_version"],
        "Rules": report["ruleset_version"],
        "Policy": report["policy_version"],
        "Thresholds": thresholds,
        "Bootstrap": f"{report['bootstrap']['draws']} draws, seed {report['bootstrap']['seed']}",
    }
    return facts | {each["name"]: f"sha256 {each['sha256']}" for each in report["sets"]}
