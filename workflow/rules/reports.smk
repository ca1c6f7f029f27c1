# 9 reports: tables, figures and checklists, then the pages that people read
#
# READS   1_search to 8_synthesis, DECISIONS (for their hashes), the query files, reports/pages/*.qmd (the author's prose)
# WRITES  data/derived/9_reports/ (REPORT_FILES: emerge.csv, entreq.csv, prisma_s.csv, tables/, figures/, ...),
#         then, not kept by DVC: reports/_generated/, reports/_variables.yml, reports/_references.json, reports/_output/


rule reports:
    input:
        "data/derived/1_search/sources.csv",
        "data/derived/1_search/checks.csv",
        "data/derived/3_dedupe/unique.parquet",
        "data/derived/3_dedupe/members.parquet",
        "data/derived/3_dedupe/to_decide.csv",
        "data/derived/3_dedupe/rerun.csv",
        "data/derived/3_dedupe/source_counts.csv",
        "data/derived/4_screening/screened.csv",
        "data/derived/4_screening/to_decide.csv",
        "data/derived/4_screening/conflicts.csv",
        "data/derived/4_screening/agreement.csv",
        "data/derived/4_screening/checks.csv",
        "data/derived/4_screening/checked/screening.csv",
        "data/derived/5_eligibility/checked/eligibility.csv",
        "data/derived/5_eligibility/checked/report_studies.csv",
        "data/derived/5_eligibility/checked/baseline.csv",
        "data/derived/5_eligibility/assessed.csv",
        "data/derived/5_eligibility/excluded.csv",
        "data/derived/5_eligibility/studies.csv",
        "data/derived/5_eligibility/conflicts.csv",
        "data/derived/5_eligibility/agreement.csv",
        "data/derived/5_eligibility/flow.csv",
        "data/derived/5_eligibility/checks.csv",
        "data/derived/6_extraction/checked/studies.csv",
        "data/derived/6_extraction/checked/links.csv",
        "data/derived/6_extraction/characteristics.csv",
        "data/derived/6_extraction/constructs.csv",
        "data/derived/6_extraction/checks.csv",
        "data/derived/7_translation/checked/groups.csv",
        "data/derived/7_translation/checked/group_members.csv",
        "data/derived/7_translation/checked/relations.csv",
        "data/derived/7_translation/checked/aspects.csv",
        "data/derived/7_translation/checked/readings.csv",
        "data/derived/7_translation/checked/concepts.csv",
        "data/derived/7_translation/checked/concept_changes.csv",
        "data/derived/7_translation/checked/translations.csv",
        "data/derived/7_translation/checked/refutations.csv",
        "data/derived/7_translation/checked/refutation_checks.csv",
        "data/derived/7_translation/matrix.csv",
        "data/derived/7_translation/coverage.csv",
        "data/derived/7_translation/trail.csv",
        "data/derived/7_translation/differences.csv",
        "data/derived/7_translation/checks.csv",
        "data/derived/8_synthesis/checked/third_order.csv",
        "data/derived/8_synthesis/checked/third_order_support.csv",
        "data/derived/8_synthesis/checked/line_of_argument.csv",
        "data/derived/8_synthesis/checked/line_of_argument_support.csv",
        "data/derived/8_synthesis/checked/reviewed.csv",
        "data/derived/8_synthesis/checked/memos.csv",
        "data/derived/8_synthesis/checked/statements.csv",
        "data/derived/8_synthesis/trace.csv",
        "data/derived/8_synthesis/support.csv",
        "data/derived/8_synthesis/leave_one_out.csv",
        "data/derived/8_synthesis/stale.csv",
        "data/derived/8_synthesis/checks.csv",
        DECISIONS,
        QUERIES,
        PAGES,
    output:
        REPORT_FILES,
    log:
        "logs/reports.log",
    params:
        engine=ENGINE["reports"],
        settings=SETTINGS["reports"],
    shell:
        r"""
        metaethno stage reports make 2> {log:q}
        """


rule pages_sources:
    input:
        REPORT_FILES,
    output:
        PAGE_SOURCES,
    log:
        "logs/pages_sources.log",
    params:
        engine=ENGINE["pages"],
    shell:
        r"""
        metaethno stage pages check 2> {log:q}
        """


rule pages:
    input:
        PAGE_SOURCES,
        PAGES,
        CITATION_STYLE,
        "reports/_quarto.yml",
    output:
        PAGE_OUTPUTS,
    log:
        "logs/pages.log",
    params:
        engine=ENGINE["pages"],
        settings=SETTINGS["pages"],
    shell:
        r"""
        metaethno stage pages make 2> {log:q}
        """
