"""Fragments of the reports: tables and texts, as Markdown, that the pages pull in by `{{< include >}}`."""
