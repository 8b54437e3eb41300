"""The page: sections of blocks in HTML that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_STYLE: Final = """
:root{--ink:#1d2630;--soft:#5b6875;--line:#dde3e8;--accent:#1b6ca8;--tint:#eaf3fa}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:#f6f8fa}
main{max-width:1040px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:1.8rem;margin:.2em 0 0}h2{font-size:1.3rem;margin:2.2em 0 .6em}h3{font-size:1rem;margin:0 0 .5em}
p{margin:.3em 0}.soft{color:var(--soft);font-size:.9rem}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin:1em 0}a{color:var(--accent)}
.grid2{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:16px;margin-bottom:16px}
.card{background:#fff;border:1px solid var(--line);border-radius:10px;padding:16px;min-width:0}
.finding{border-left:5px solid var(--accent);margin:0 0 12px}.finding p:first-of-type{font-size:1.08rem;font-weight:600}
code{background:var(--tint);padding:.1em .4em;border-radius:4px;font-size:.85rem;overflow-wrap:anywhere}
code span{white-space:nowrap}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:right;padding:5px 8px;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left}th{color:var(--soft);font-weight:600}
svg{display:block;width:100%;height:auto}svg text{font-size:11px;fill:var(--soft)}
.grid{stroke:var(--line)}.line{fill:none;stroke:var(--accent);stroke-width:2}
.target{fill:none;stroke:var(--ink);stroke-width:1;stroke-dasharray:4 3}
.band{fill:var(--accent);opacity:.15}.dot{fill:var(--accent)}
.unfinished{fill:var(--soft);opacity:.1}.bar{fill:var(--accent);opacity:.75}.whisker{stroke:var(--ink);stroke-width:1.5}
.tick,.name{text-anchor:end}.period{text-anchor:middle}svg .name,svg .above,svg .value{fill:var(--ink)}
@media(max-width:480px){svg text{font-size:13px}}
@media print{body{background:#fff}.card{break-inside:avoid}}
"""


@dataclass(frozen=True)
class Section:
    """A part of the page: its anchor, its title, and blocks of HTML."""

    anchor: str
    title: str
    blocks: Sequence[str]


def page(title: str, about: str, sections: Sequence[Section], *, language: str, contents: str) -> str:
    """The whole page."""
    links = "".join(f'<a href="#{each.anchor}">{escape(each.title)}</a>' for each in sections)
    body = "".join(
        f'<section id="{each.anchor}"><h2>{escape(each.title)}</h2>{"".join(each.blocks)}</section>'
        for each in sections
    )
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>{escape(title)}</h1><p class="soft">{escape(about)}</p>'
        f'<nav aria-label="{escape(contents)}">{links}</nav>{body}</main></body></html>\n'
    )


def paragraph(said: str, *, soft: bool = False) -> str:
    """A paragraph of text.

    >>> paragraph("a < b")
    '<p>a &lt; b</p>'
    """
    return f'<p class="soft">{escape(said)}</p>' if soft else f"<p>{escape(said)}</p>"


def command(line: str) -> str:
    """A command that lists whom a block is about.

    No line ends within a word of it.

    >>> command("stamkund --list")
    '<p><code><span>stamkund</span> <span>--list</span></code></p>'
    """
    words = " ".join(f"<span>{escape(word)}</span>" for word in line.split(" "))
    return f"<p><code>{words}</code></p>"


def card(*blocks: str, title: str = "", kind: str = "") -> str:
    """A framed block."""
    head = f"<h3>{escape(title)}</h3>" if title else ""
    return f'<div class="card {kind}">{head}{"".join(blocks)}</div>'


def side_by_side(cards: Sequence[str]) -> str:
    """Cards beside each other where there is room."""
    return f'<div class="grid2">{"".join(cards)}</div>' if cards else ""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of texts."""
    first = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table></div>'
