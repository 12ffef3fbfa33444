"""Join two customers who are one person, as staff decide, and part them again."""
