"""What a run brought, for other programs and for people: result files, the list of problems, one HTML page."""
