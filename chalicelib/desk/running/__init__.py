"""What runs by itself: the campaigns, what came of them, and what they will do."""
