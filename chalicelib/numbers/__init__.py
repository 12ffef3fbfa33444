"""Numbers over everybody: what each customer adds, one sum of it, and the figures that are read from the sum."""
