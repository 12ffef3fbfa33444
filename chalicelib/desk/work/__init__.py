"""The day's work: the page Today and its acts."""
