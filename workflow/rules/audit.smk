# audit: what an examiner needs on two pages. Not a stage, and not part of `all`: it is about history, which no result
# may depend on, so it is written anew each time it is asked for.
#
# READS   the snapshots (Git and DVC), config/review.yaml, the votes
# WRITES  reports/_output/audit.html, reports/_output/audit.pdf


rule audit:
    log:
        "logs/audit.log",
    shell:
        r"""
        metaethno stage audit make 2> {log:q}
        """
