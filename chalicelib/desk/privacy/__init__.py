"""The Privacy pages: lists of customers to download, erasures, the audit, retention. Owners alone see them."""
