"""Encryption and keyed hashes. The only package that uses the AWS Encryption SDK.

envelope   the inbox: the door seals to a public key, settling opens with the private half
root       customer keys, sealed by the root key
person     one person's records, sealed under that person's key
blindindex the names of index rows: keyed hashes of normalised identities
"""
