"""What validation finds: issues, the messages they come from, and their formats."""
