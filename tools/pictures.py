"""The pictures of the README and the docs, made from the worked example's own reports.

    metaethno run && python tools/pictures.py

Figures are copied as they are; a test holds them to the example. `review_pages.png` shows three pages of the review's
PDF beside one another (it needs poppler's `pdftoppm`, and is left as it was where that is missing).
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

FIGURES = ("flow_published.png", "matrix.png", "argument.png", "sources.png")
PAGES = (1, 6, 12)
ROOT = Path(__file__).parent.parent
MADE, IMAGES = ROOT / "data/derived/9_reports/figures", ROOT / "docs/images"
REVIEW = ROOT / "reports/_output/pages/review.pdf"


def main() -> int:
    """Copy the figures and draw the pages; return 1 where the example has not been run."""
    missing = [name for name in FIGURES if not (MADE / name).is_file()]
    if missing or not REVIEW.is_file():
        print(f"Missing: {', '.join(missing) or REVIEW.name}. Run the worked example first: metaethno run")
        return 1
    IMAGES.mkdir(exist_ok=True)
    for name in FIGURES:
        shutil.copyfile(MADE / name, IMAGES / name)
    if shutil.which("pdftoppm"):
        (IMAGES / "review_pages.png").write_bytes(pages_picture(REVIEW))
    return 0


def pages_picture(pdf: Path) -> bytes:
    """Return some pages of a PDF beside one another, as PNG."""
    from PIL import Image

    pages = []
    for page in PAGES:
        command = ["pdftoppm", "-r", "150", "-f", str(page), "-l", str(page), "-png", str(pdf)]
        made = subprocess.run(command, capture_output=True, check=True).stdout
        if made:
            page_picture = Image.open(io.BytesIO(made)).convert("RGB")
            pages.append(page_picture.resize((page_picture.width // 2, page_picture.height // 2), Image.Resampling.BOX))
    gap = 14
    size = (sum(p.width + gap for p in pages) + gap, max(p.height for p in pages) + 2 * gap)
    sheet = Image.new("RGB", size, "#c9d1d9")
    x = gap
    for page in pages:
        sheet.paste(page, (x, gap))
        x += page.width + gap
    result = io.BytesIO()
    sheet.quantize(128, dither=Image.Dither.NONE).save(result, "png")
    return result.getvalue()


if __name__ == "__main__":
    sys.exit(main())
