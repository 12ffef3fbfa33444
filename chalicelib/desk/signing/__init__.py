"""Signing in, and who may: passkeys, invitations, sessions, the shop's own people."""
