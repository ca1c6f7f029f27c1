"""To and from other programs: spreadsheets, screening tools, reference managers."""
