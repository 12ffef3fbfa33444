"""Regulars: know your regulars, keep their trust.

Imports point down only:
  routes -> wiring -> intake, processing -> senders, forms -> identity, profile, vault, inbox, customers
  -> models, config, errors.
The way of one submission: routes/ -> intake.accept -> Inbox table -> processing.settle -> Customers table.
"""
