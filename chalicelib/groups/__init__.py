"""Groups of customers as data: which customers belong, and why one of them does. docs/groups.md."""
