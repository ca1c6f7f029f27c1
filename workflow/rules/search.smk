# 1 search: what was searched, and how much it gave
#
# READS   SEARCH_LOGS (data/raw/<run>/searches.csv), the exports and query files they name
# WRITES  data/derived/1_search/ checked/, sources.csv, prisma_s.csv, checks.csv


rule search_checked:
    input:
        SEARCH_LOGS,
    output:
        "data/derived/1_search/checked/searches.csv",
    log:
        "logs/search_checked.log",
    params:
        engine=ENGINE["search"],
        settings=SETTINGS["search"],
    shell:
        r"""
        metaethno stage search check 2> {log:q}
        """


rule search:
    input:
        "data/derived/1_search/checked/searches.csv",
        EXPORTS,
        QUERIES,
    output:
        "data/derived/1_search/sources.csv",
        "data/derived/1_search/prisma_s.csv",
        "data/derived/1_search/checks.csv",
    log:
        "logs/search.log",
    params:
        engine=ENGINE["search"],
        settings=SETTINGS["search"],
    shell:
        r"""
        metaethno stage search make 2> {log:q}
        """
