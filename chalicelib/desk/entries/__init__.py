"""What staff put in for a customer, at the counter and on the telephone."""
