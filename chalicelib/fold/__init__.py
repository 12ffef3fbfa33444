"""What is added up over everybody, in one walk: nightly, and when asked."""
