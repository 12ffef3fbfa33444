"""What anonymous surveys found."""
