"""What the shop's own systems are told: consents that changed, people who were forgotten. Ids only, nobody's data."""
