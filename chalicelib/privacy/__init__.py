"""What people may ask of the shop about themselves, and how it is done: requests, packages, forgetting, receipts."""
