"""Customers as staff find and open them, and what staff do on a person's page."""
