# What every rule file uses: the review's files, its settings by section, and the hash of each stage's code.
#
# READS   config/review.yaml, engine.lock, the search logs in data/raw (for the names of the exports)

from snakemake.exceptions import WorkflowError

from metaethno.shell import plan
from metaethno.errors import UserError

try:
    REVIEW = plan.read()
except UserError as error:
    raise WorkflowError(str(error)) from None

SEARCH_LOGS = REVIEW.search_logs
ROW_REGISTERS = REVIEW.row_registers
EXPORTS = REVIEW.exports
QUERIES = REVIEW.queries
SCREENING_VOTES = REVIEW.screening_votes
ELIGIBILITY_VOTES = REVIEW.eligibility_votes
FULLTEXTS = REVIEW.fulltexts
QUOTATION_LOG = REVIEW.quotation_log
DECISIONS = REVIEW.decisions
PAGES = REVIEW.pages
CITATION_STYLE = REVIEW.citation_style
REPORT_FILES = REVIEW.report_files
PAGE_SOURCES = REVIEW.page_sources
PAGE_OUTPUTS = REVIEW.page_outputs
SETTINGS = REVIEW.settings
ENGINE = REVIEW.engine
