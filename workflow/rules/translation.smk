# 7 translation: the studies translated into one another
#
# READS   data/decisions/ groups, group_members, relations, aspects, readings, concepts, concept_changes, translations, refutations, refutation_checks (.csv), 6_extraction
# WRITES  data/derived/7_translation/ checked/, matrix.csv, coverage.csv, trail.csv, differences.csv, checks.csv


rule translation_checked:
    input:
        "data/decisions/groups.csv",
        "data/decisions/group_members.csv",
        "data/decisions/relations.csv",
        "data/decisions/aspects.csv",
        "data/decisions/readings.csv",
        "data/decisions/concepts.csv",
        "data/decisions/concept_changes.csv",
        "data/decisions/translations.csv",
        "data/decisions/refutations.csv",
        "data/decisions/refutation_checks.csv",
        "data/decisions/studies.csv",
        "data/decisions/constructs.csv",
    output:
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
    log:
        "logs/translation_checked.log",
    params:
        engine=ENGINE["translation"],
        settings=SETTINGS["translation"],
    shell:
        r"""
        metaethno stage translation check 2> {log:q}
        """


rule translation:
    input:
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
        "data/derived/6_extraction/checked/studies.csv",
        "data/derived/6_extraction/checked/passages.csv",
        "data/derived/6_extraction/checked/constructs.csv",
        "data/derived/5_eligibility/checked/report_studies.csv",
        "data/derived/5_eligibility/studies.csv",
    output:
        "data/derived/7_translation/matrix.csv",
        "data/derived/7_translation/coverage.csv",
        "data/derived/7_translation/trail.csv",
        "data/derived/7_translation/differences.csv",
        "data/derived/7_translation/checks.csv",
    log:
        "logs/translation.log",
    params:
        engine=ENGINE["translation"],
        settings=SETTINGS["translation"],
    shell:
        r"""
        metaethno stage translation make 2> {log:q}
        """
