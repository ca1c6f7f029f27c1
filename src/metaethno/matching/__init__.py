"""De-duplication of bibliographic records: normalise, block, compare, decide, cluster, explain.

Each step is a function from arrays to arrays. What is decided about a pair rests on that pair alone, never on the
rest of the table, so that a later run can't change what an earlier one found.
"""
