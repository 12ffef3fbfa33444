"""The weekly mail to owners: who gets it where, the mail that asks first, the figures."""
