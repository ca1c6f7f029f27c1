# metaethno: the contents page of a review.
#
#   snakemake            makes everything that is out of date
#   snakemake screening  makes one stage and what it needs (any stage's name)
#   snakemake audit      writes the audit report: who decided what, when, and whether anything was altered
#   snakemake final      the same as `snakemake`, but fails while anything is open or an error-level check fails
#
# A stage reads tables and writes tables; each rule file opens with what it READS and WRITES.

from metaethno import review


include: "workflow/rules/common.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/records.smk"
include: "workflow/rules/dedupe.smk"
include: "workflow/rules/screening.smk"
include: "workflow/rules/eligibility.smk"
include: "workflow/rules/extraction.smk"
include: "workflow/rules/translation.smk"
include: "workflow/rules/synthesis.smk"
include: "workflow/rules/reports.smk"
include: "workflow/rules/audit.smk"


# Every output is listed: Snakemake would call a review done that lacks an intermediate table.
rule all:
    default_target: True
    input:
        rules.search_checked.output,
        rules.search.output,
        rules.records_checked.output,
        rules.records.output,
        rules.dedupe_checked.output,
        rules.dedupe.output,
        rules.screening_checked.output,
        rules.screening.output,
        rules.eligibility_checked.output,
        rules.eligibility.output,
        rules.extraction_checked.output,
        rules.extraction.output,
        rules.translation_checked.output,
        rules.translation.output,
        rules.synthesis_checked.output,
        rules.synthesis.output,
        rules.reports.output,
        rules.pages_sources.output,
        rules.pages.output,


rule final:
    input:
        rules.all.input,
    log:
        "logs/final.log",
    shell:
        r"""
        metaethno stage final check 2> {log:q}
        """


onsuccess:
    review.say_next()
