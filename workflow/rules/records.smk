# 2 records: every exported record, normalised
#
# READS   the exports, ROW_REGISTERS (data/raw/<run>/rows.csv), data/decisions/manual_records.csv, 1_search
# WRITES  data/derived/2_records/ checked/, records.parquet


rule records_checked:
    input:
        ROW_REGISTERS,
        "data/decisions/manual_records.csv",
        EXPORTS,
    output:
        "data/derived/2_records/checked/rows.csv",
        "data/derived/2_records/checked/manual_records.csv",
    log:
        "logs/records_checked.log",
    params:
        engine=ENGINE["records"],
        settings=SETTINGS["records"],
    shell:
        r"""
        metaethno stage records check 2> {log:q}
        """


rule records:
    input:
        "data/derived/2_records/checked/rows.csv",
        "data/derived/2_records/checked/manual_records.csv",
        "data/derived/1_search/checked/searches.csv",
        "data/derived/1_search/sources.csv",
        EXPORTS,
    output:
        "data/derived/2_records/records.parquet",
    log:
        "logs/records.log",
    params:
        engine=ENGINE["records"],
        settings=SETTINGS["records"],
    shell:
        r"""
        metaethno stage records make 2> {log:q}
        """
