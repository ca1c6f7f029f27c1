"""To and from other programs: reference managers, screening tools, spreadsheets."""
