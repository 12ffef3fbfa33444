"""The desk: the console for the shop's people. A Lambda function, role and address of its own, apart from the door."""
