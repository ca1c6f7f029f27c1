# 4 screening: votes on title and abstract
#
# READS   data/decisions/screening/<reviewer>.csv, 3_dedupe
# WRITES  data/derived/4_screening/ checked/, screened.csv, to_decide.csv, conflicts.csv, agreement.csv, checks.csv


rule screening_checked:
    input:
        SCREENING_VOTES,
        ROW_REGISTERS,
        "data/decisions/manual_records.csv",
        "data/derived/3_dedupe/aliases.csv",
    output:
        "data/derived/4_screening/checked/screening.csv",
    log:
        "logs/screening_checked.log",
    params:
        engine=ENGINE["screening"],
        settings=SETTINGS["screening"],
    shell:
        r"""
        metaethno stage screening check 2> {log:q}
        """


rule screening:
    input:
        "data/derived/4_screening/checked/screening.csv",
        "data/derived/3_dedupe/unique.parquet",
        "data/derived/3_dedupe/aliases.csv",
        "data/derived/3_dedupe/parted.csv",
    output:
        "data/derived/4_screening/screened.csv",
        "data/derived/4_screening/to_decide.csv",
        "data/derived/4_screening/conflicts.csv",
        "data/derived/4_screening/agreement.csv",
        "data/derived/4_screening/checks.csv",
    log:
        "logs/screening.log",
    params:
        engine=ENGINE["screening"],
        settings=SETTINGS["screening"],
    shell:
        r"""
        metaethno stage screening make 2> {log:q}
        """
