# 5 eligibility: full texts, and the flow
#
# READS   data/raw/fulltext/*.dvc, data/decisions/eligibility/<reviewer>.csv, retrieval.csv, report_studies.csv, baseline.csv, 1_search, 3_dedupe, 4_screening
# WRITES  data/derived/5_eligibility/ checked/, assessed.csv, related_reports.csv, excluded.csv, studies.csv, conflicts.csv, agreement.csv, flow.csv, checks.csv, prisma2020.csv, chased.csv


rule eligibility_checked:
    input:
        ELIGIBILITY_VOTES,
        FULLTEXTS,
        "data/decisions/retrieval.csv",
        "data/decisions/report_studies.csv",
        "data/decisions/baseline.csv",
        "data/decisions/studies.csv",
        ROW_REGISTERS,
        "data/decisions/manual_records.csv",
        "data/derived/3_dedupe/aliases.csv",
    output:
        "data/derived/5_eligibility/checked/retrieval.csv",
        "data/derived/5_eligibility/checked/eligibility.csv",
        "data/derived/5_eligibility/checked/report_studies.csv",
        "data/derived/5_eligibility/checked/baseline.csv",
    log:
        "logs/eligibility_checked.log",
    params:
        engine=ENGINE["eligibility"],
        settings=SETTINGS["eligibility"],
    shell:
        r"""
        metaethno stage eligibility check 2> {log:q}
        """


rule eligibility:
    input:
        FULLTEXTS,
        "data/derived/5_eligibility/checked/retrieval.csv",
        "data/derived/5_eligibility/checked/eligibility.csv",
        "data/derived/5_eligibility/checked/report_studies.csv",
        "data/derived/5_eligibility/checked/baseline.csv",
        "data/derived/1_search/sources.csv",
        "data/derived/3_dedupe/unique.parquet",
        "data/derived/3_dedupe/members.parquet",
        "data/derived/3_dedupe/aliases.csv",
        "data/derived/3_dedupe/parted.csv",
        "data/derived/3_dedupe/related.csv",
        "data/derived/3_dedupe/rerun.csv",
        "data/derived/4_screening/screened.csv",
    output:
        "data/derived/5_eligibility/assessed.csv",
        "data/derived/5_eligibility/related_reports.csv",
        "data/derived/5_eligibility/excluded.csv",
        "data/derived/5_eligibility/studies.csv",
        "data/derived/5_eligibility/conflicts.csv",
        "data/derived/5_eligibility/agreement.csv",
        "data/derived/5_eligibility/flow.csv",
        "data/derived/5_eligibility/checks.csv",
        "data/derived/5_eligibility/prisma2020.csv",
        "data/derived/5_eligibility/chased.csv",
    log:
        "logs/eligibility.log",
    params:
        engine=ENGINE["eligibility"],
        settings=SETTINGS["eligibility"],
    shell:
        r"""
        metaethno stage eligibility make 2> {log:q}
        """
