"""Requests of people about their own data: prove the mailbox, make the package, deliver it."""
