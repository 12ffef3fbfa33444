"""Statistics for few people, as plain arithmetic: each method names its paper, and a test holds it to the paper."""
