"""AWS's answers to single calls, where moto has none or another one is wanted. Builders for tests."""

import botocore.client
from botocore.exceptions import ClientError


def refusal(operation, code):
    """Return what botocore raises where AWS refuses; AWS's own text may quote anything."""
    return ClientError({"Error": {"Code": code, "Message": "mira@example.org may not"}}, operation)


def play_calls(monkeypatch, answers):
    """Answer calls by their operation's name: with a dictionary, or by raising an error. The others go to moto."""
    call = botocore.client.BaseClient._make_api_call

    def answer(self, name, params):
        if name not in answers:
            return call(self, name, params)
        played = answers[name]
        if isinstance(played, Exception):
            raise played
        return played(params) if callable(played) else played

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", answer)
