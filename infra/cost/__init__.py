"""What a stage costs: its idle month from the template's own counts, and each thousand of what it does."""
