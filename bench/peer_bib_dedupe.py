"""Run bib-dedupe on one labelled set; for the interpreter of an environment in which it is installed.

python bench/peer_bib_dedupe.py DATASET_DIR PRED.csv [--without-source SOURCE]
"""

import argparse
import json
import time

import bib_dedupe
import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("dataset")
parser.add_argument("out")
parser.add_argument("--without-source", default="")
given = parser.parse_args()

records = pd.read_csv(f"{given.dataset}/records.csv", dtype=str, keep_default_na=False)
if given.without_source:
    records = records[records["source"] != given.without_source]
frame = pd.DataFrame({"ID": records["id"], "ENTRYTYPE": records["entry_type"].replace("", "article")})
for name in ("title", "author", "year", "journal", "volume", "number", "pages", "doi", "abstract"):
    frame[name] = records.get(name, "")
# It looks for the title of proceedings and collections where BibTeX has it.
book = records["entry_type"].isin(["inproceedings", "incollection", "inbook", "proceedings"])
frame["booktitle"] = records["journal"].where(book, "")
frame = frame.reset_index(drop=True)
bib_dedupe.verbose_print.verbosity_level = 0
start = time.perf_counter()
sets = cluster(match(block(prep(frame))))
seconds = time.perf_counter() - start
pd.DataFrame([(row, members[0]) for members in sets for row in members], columns=["id", "cluster"]).to_csv(
    given.out, index=False
)
print()
print(json.dumps({"records": len(records), "seconds": seconds}))
