"""Git and DVC behind one door: snapshots of a review, what changed between them, and proof that nothing was altered.

Git is asked through its own command line, many objects through one `git cat-file --batch`; every object is read once.
"""
