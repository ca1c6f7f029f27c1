# 6 extraction: what the studies are and say
#
# READS   data/raw/fulltext/*.dvc and quotations.csv, data/decisions/studies.csv, extraction_values.csv, sampling.csv, passages.csv, constructs.csv, links.csv, 5_eligibility
# WRITES  data/derived/6_extraction/ checked/, characteristics.csv, comparison.csv, quotations.csv, constructs.csv, checks.csv


rule extraction_checked:
    input:
        "data/decisions/studies.csv",
        "data/decisions/extraction_values.csv",
        "data/decisions/sampling.csv",
        "data/decisions/passages.csv",
        "data/decisions/constructs.csv",
        "data/decisions/links.csv",
        "data/decisions/report_studies.csv",
    output:
        "data/derived/6_extraction/checked/studies.csv",
        "data/derived/6_extraction/checked/extraction_values.csv",
        "data/derived/6_extraction/checked/sampling.csv",
        "data/derived/6_extraction/checked/passages.csv",
        "data/derived/6_extraction/checked/constructs.csv",
        "data/derived/6_extraction/checked/links.csv",
    log:
        "logs/extraction_checked.log",
    params:
        engine=ENGINE["extraction"],
        settings=SETTINGS["extraction"],
    shell:
        r"""
        metaethno stage extraction check 2> {log:q}
        """


rule extraction:
    input:
        FULLTEXTS,
        QUOTATION_LOG,
        "data/derived/3_dedupe/aliases.csv",
        "data/derived/6_extraction/checked/studies.csv",
        "data/derived/6_extraction/checked/extraction_values.csv",
        "data/derived/6_extraction/checked/sampling.csv",
        "data/derived/6_extraction/checked/passages.csv",
        "data/derived/6_extraction/checked/constructs.csv",
        "data/derived/6_extraction/checked/links.csv",
        "data/derived/5_eligibility/checked/report_studies.csv",
        "data/derived/5_eligibility/studies.csv",
    output:
        "data/derived/6_extraction/characteristics.csv",
        "data/derived/6_extraction/comparison.csv",
        "data/derived/6_extraction/quotations.csv",
        "data/derived/6_extraction/constructs.csv",
        "data/derived/6_extraction/checks.csv",
    log:
        "logs/extraction.log",
    params:
        engine=ENGINE["extraction"],
        settings=SETTINGS["extraction"],
    shell:
        r"""
        metaethno stage extraction make 2> {log:q}
        """
