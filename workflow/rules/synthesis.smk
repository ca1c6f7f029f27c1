# 8 synthesis: third-order constructs and the line of argument
#
# READS   data/decisions/ third_order, third_order_support, line_of_argument, line_of_argument_support, reviewed, memos, statements (.csv), 6_extraction, 7_translation
# WRITES  data/derived/8_synthesis/ checked/, trace.csv, support.csv, graph.csv, leave_one_out.csv, stale.csv, changes.csv, checks.csv


rule synthesis_checked:
    input:
        "data/decisions/third_order.csv",
        "data/decisions/third_order_support.csv",
        "data/decisions/line_of_argument.csv",
        "data/decisions/line_of_argument_support.csv",
        "data/decisions/reviewed.csv",
        "data/decisions/memos.csv",
        "data/decisions/statements.csv",
        "data/decisions/concepts.csv",
        "data/decisions/constructs.csv",
        "data/decisions/refutations.csv",
    output:
        "data/derived/8_synthesis/checked/third_order.csv",
        "data/derived/8_synthesis/checked/third_order_support.csv",
        "data/derived/8_synthesis/checked/line_of_argument.csv",
        "data/derived/8_synthesis/checked/line_of_argument_support.csv",
        "data/derived/8_synthesis/checked/reviewed.csv",
        "data/derived/8_synthesis/checked/memos.csv",
        "data/derived/8_synthesis/checked/statements.csv",
    log:
        "logs/synthesis_checked.log",
    params:
        engine=ENGINE["synthesis"],
        settings=SETTINGS["synthesis"],
    shell:
        r"""
        metaethno stage synthesis check 2> {log:q}
        """


rule synthesis:
    input:
        "data/derived/8_synthesis/checked/third_order.csv",
        "data/derived/8_synthesis/checked/third_order_support.csv",
        "data/derived/8_synthesis/checked/line_of_argument.csv",
        "data/derived/8_synthesis/checked/line_of_argument_support.csv",
        "data/derived/8_synthesis/checked/reviewed.csv",
        "data/derived/8_synthesis/checked/memos.csv",
        "data/derived/8_synthesis/checked/statements.csv",
        "data/derived/7_translation/checked/groups.csv",
        "data/derived/7_translation/checked/group_members.csv",
        "data/derived/7_translation/checked/concepts.csv",
        "data/derived/7_translation/checked/translations.csv",
        "data/derived/7_translation/checked/refutations.csv",
        "data/derived/6_extraction/checked/sampling.csv",
        "data/derived/6_extraction/checked/passages.csv",
        "data/derived/6_extraction/checked/constructs.csv",
        "data/derived/5_eligibility/checked/report_studies.csv",
        "data/derived/5_eligibility/studies.csv",
    output:
        "data/derived/8_synthesis/trace.csv",
        "data/derived/8_synthesis/support.csv",
        "data/derived/8_synthesis/graph.csv",
        "data/derived/8_synthesis/leave_one_out.csv",
        "data/derived/8_synthesis/stale.csv",
        "data/derived/8_synthesis/changes.csv",
        "data/derived/8_synthesis/checks.csv",
    log:
        "logs/synthesis.log",
    params:
        engine=ENGINE["synthesis"],
        settings=SETTINGS["synthesis"],
    shell:
        r"""
        metaethno stage synthesis make 2> {log:q}
        """
