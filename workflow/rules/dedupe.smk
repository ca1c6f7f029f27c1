# 3 dedupe: one record per publication
#
# READS   data/decisions/duplicates.csv, 1_search, 2_records
# WRITES  data/derived/3_dedupe/ checked/, unique.parquet, members.parquet, field_sources.parquet, to_decide.csv, aliases.csv, rerun.csv, source_counts.csv, related.csv, parted.csv


rule dedupe_checked:
    input:
        "data/decisions/duplicates.csv",
        ROW_REGISTERS,
        "data/decisions/manual_records.csv",
    output:
        "data/derived/3_dedupe/checked/duplicates.csv",
    log:
        "logs/dedupe_checked.log",
    params:
        engine=ENGINE["dedupe"],
        settings=SETTINGS["dedupe"],
    shell:
        r"""
        metaethno stage dedupe check 2> {log:q}
        """


rule dedupe:
    input:
        "data/derived/3_dedupe/checked/duplicates.csv",
        "data/derived/1_search/checked/searches.csv",
        "data/derived/2_records/records.parquet",
    output:
        "data/derived/3_dedupe/unique.parquet",
        "data/derived/3_dedupe/members.parquet",
        "data/derived/3_dedupe/to_decide.csv",
        "data/derived/3_dedupe/aliases.csv",
        "data/derived/3_dedupe/rerun.csv",
        "data/derived/3_dedupe/field_sources.parquet",
        "data/derived/3_dedupe/source_counts.csv",
        "data/derived/3_dedupe/related.csv",
        "data/derived/3_dedupe/parted.csv",
    log:
        "logs/dedupe.log",
    params:
        engine=ENGINE["dedupe"],
        settings=SETTINGS["dedupe"],
    shell:
        r"""
        metaethno stage dedupe make 2> {log:q}
        """
