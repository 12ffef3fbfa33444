"""HTTP in, HTTP out. The only code that sees a request; it decides nothing and reads no personal record."""
