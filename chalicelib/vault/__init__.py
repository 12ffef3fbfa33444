"""Everything sealed and everything keyed. The only package that knows the AWS Encryption SDK.

envelope   the inbox: the door seals to a public key, settling opens with the private half
root       customer keys, sealed by the root key
person     one person's records, sealed under that person's key
blindindex where to look for a person: keyed hashes of normalised identities
"""
