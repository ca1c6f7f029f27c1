"""A tiny reports project: a review with every construct, a flow page, a first page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

QUARTO_YML = """\
project:
  type: website
  output-dir: _output
website:
  title: Meta-ethnography
  sidebar:
    contents:
      - pages/index.qmd
      - href: pages/review.qmd
        text: The review
      - href: pages/flow.qmd
        text: Flow of studies
"""

INDEX = """\
---
title: "{{< var title >}}"
---

See @fig-flow, @tbl-included and @sec-methods, or [the flow](flow.qmd#sec-boxes).
"""

REVIEW = """\
---
title: "{{< var title >}}"
subtitle: A meta-ethnography
author: [Ada Reader, {name: Ben Reader}]
abstract: One paragraph.
bibliography: ../_references.json
short: here
---

<!-- a note to myself -->

## Methods {#sec-methods}

We found {{< var counts.records >}} records, said {{< meta short >}}. See @fig-flow, @tbl-included (and
[see @tbl-matrix; -@fig-flow]), as others did [@campbell2003, p. 4]. Line of argument: @sec-methods.

::: {.callout-note}
## Provisional
Two decisions are open.

- one
- two
:::

::: {.callout-warning title="Careful"}
Text of the warning.
:::

![Flow of studies.](../_generated/flow){#fig-flow fig-alt="Boxes: 153 records, 9 studies"}

{{< include ../_generated/included.md >}}

::: {.landscape}
{{< include ../_generated/matrix.md >}}
:::

::: {.content-visible when-format="html"}
Only on the web.
:::

::: {.content-hidden when-format="html"}
Only on paper.
:::

## Thanks {.unnumbered}

Nobody[^1].

[^1]: A footnote.
"""

INCLUDED = """\
| Study | Country | Participants |
|:------|:--------|-------------:|
| Ahlin 2019 \\<script\\>alert(1)\\</script\\> <script>alert(2)</script> | Sweden | 12 |
| Brown 2020 | Ghana | 31 |

: Included studies. {#tbl-included}
"""

MATRIX = """\
::: {#tbl-matrix}
| Concept | A | B | C | D | E | F |
|---------|---|---|---|---|---|---|
| Being heard | one long cell that says what the authors said in so many words | b | c | d | e | f |
| Waiting | https://doi.org/10.1000/abcdefghijklmnopqrstuvwxyz0123456789 | b | c | d | e | f |

Concepts by study.
:::
"""

FLOW = """\
---
title: Flow of studies
---

## The boxes {#sec-boxes}

![Flow of studies.](../_generated/flow){#fig-flow fig-alt="Boxes: 153 records, 9 studies"}
"""

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="640" height="240" viewBox="0 0 640 240">
<rect x="10" y="10" width="620" height="220" fill="none" stroke="#0b5563"/></svg>
"""


def png() -> bytes:
    """Return a small white image."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 24, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" + b"\xc0" * 64) * 1) + chunk(b"IEND", b"")


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Return the folder of the project."""
    root = tmp_path / "reports"
    files = {
        "_quarto.yml": QUARTO_YML,
        "_variables.yml": "title: Being <script>heard</script>\ncounts:\n  records: 153\n",
        "_references.json": json.dumps(
            [
                {
                    "id": "campbell2003",
                    "type": "article-journal",
                    "title": "Evaluating meta-ethnography",
                    "author": [{"family": "Campbell", "given": "Rona"}],
                    "issued": {"date-parts": [[2003]]},
                }
            ]
        ),
        "pages/index.qmd": INDEX,
        "pages/review.qmd": REVIEW,
        "pages/flow.qmd": FLOW,
        "_generated/included.md": INCLUDED,
        "_generated/matrix.md": MATRIX,
        "_generated/flow.svg": SVG,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=(4, 1.5))
    figure.savefig(root / "_generated" / "flow.png", metadata={"Software": None})
    pyplot.close(figure)
    return root


@pytest.fixture
def write_page(reports: Path):
    """Return a function that replaces the flow page's body (its own lines begin at line 4)."""

    def write(body: str, front: str = "title: Flow of studies") -> Path:
        (reports / "pages" / "flow.qmd").write_text(f"---\n{front}\n---\n{body}\n", encoding="utf-8")
        return reports

    return write
