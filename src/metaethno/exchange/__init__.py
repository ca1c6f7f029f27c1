"""To and from the tools that people decide in: spreadsheets, Rayyan, Covidence, ASReview and reference managers."""
