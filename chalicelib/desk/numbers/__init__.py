"""The pages of the numbers over everybody, and the count that staff ask for."""
