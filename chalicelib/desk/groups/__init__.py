"""The pages of groups: which there are and how many belong, why one customer does, files for ad platforms."""
