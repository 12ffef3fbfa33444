"""Records which calls to AWS each function makes while tests run: `RECORD_RIGHTS=file` on pytest's environment.

A line of the file is one call: the function, and the rights that the call needs, as [action, end of the ARN, partition
keys]. Of a key only its kind is kept. Keys are files in tests, so calls to KMS are read off the encryption SDK: sealing
may ask a key for a new data key, opening may ask it to open one. What the SDK's cache answers is noted as well, since a
new container has an empty one.
"""

import json
import re
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import botocore.client
from aws_encryption_sdk.materials_managers.caching import CachingCryptoMaterialsManager

from chalicelib.vault import envelope, keyring
from chalicelib.vault.signing import Signer
from infra.local.permissions import list_needs
from infra.local.policy import UnknownPolicyError
from tests.builders.policies import list_running

RECORD = "RECORD_RIGHTS"
STAGE = re.compile(r"regulars([-/])[a-z0-9]+(?=[-/])")
MASTER_KEYS = {keyring.ROOT_PROVIDER: "RootKey", keyring.INBOX_PROVIDER: "InboxKey"}
ASKED = {"get_encryption_materials": "kms:GenerateDataKey", "decrypt_materials": "kms:Decrypt"}
WORD = re.compile(r"[a-z][a-z-]{0,19}")


class Recorder:
    """Appends each distinct call of a function to a file."""

    def __init__(self, path: Path):
        self.path, self.seen = path, set()

    def note(self, *needs) -> None:
        """Note one call, as each of the running functions makes it."""
        asked = [json.loads(each) for each in sorted({json.dumps(each) for each in needs})]
        for function in list_running():
            line = json.dumps({"function": function, "needs": asked})
            if line not in self.seen:
                self.seen.add(line)
                with self.path.open("a") as file:
                    file.write(line + "\n")

    def note_call(self, service: str, operation: str, params) -> None:
        """Note a call to DynamoDB; tests/rules/rights.py lists the calls to services that tests have stand-ins for."""
        if service == "dynamodb" and list_running():
            try:
                needs = [*list_needs(service, operation, params)]
            except UnknownPolicyError:
                return  # a test's own look at a table
            self.note(*([need.action, hide_stage(need.resource), *map(hide_id, need.keys)] for need in needs))


def hide_stage(resource: str) -> str:
    """Return the end of an ARN with `STAGE` for the stage."""
    return STAGE.sub(r"regulars\1STAGE", resource)


def hide_id(key: str) -> str:
    """Return the kind of a partition key, with `#1` for who or what it names; `1` for a key that is nothing else."""
    kind, hash_sign, _ = key.partition("#")
    if not WORD.fullmatch(kind):
        return "1"
    return f"{kind}#1" if hash_sign else kind


@contextmanager
def record_rights(path: Path):
    """Record every call while inside."""
    recorder = Recorder(path)
    make_call = botocore.client.BaseClient._make_api_call

    def call_and_note(client, operation, params):
        recorder.note_call(client.meta.service_model.service_name, operation, params)
        return make_call(client, operation, params)

    with ExitStack() as stack:
        stack.enter_context(patch.object(botocore.client.BaseClient, "_make_api_call", call_and_note))
        for name, action in ASKED.items():
            noting = note_key(recorder, name, action)
            stack.enter_context(patch.object(CachingCryptoMaterialsManager, name, noting))
        note = lambda: recorder.note(["kms:Sign", "ReceiptKey"])  # noqa: E731
        stack.enter_context(patch.object(Signer, "sign_text", note_before(Signer.sign_text, note)))
        note_public = lambda: recorder.note(["kms:GetPublicKey", "InboxKey"])  # noqa: E731
        stack.enter_context(patch.object(envelope, "load_public", note_before(envelope.load_public, note_public)))
        yield


def note_before(call, note):
    """Return a function that notes its call first."""

    def noting(*args, **named):
        note()
        return call(*args, **named)

    return noting


def note_key(recorder: Recorder, name: str, action: str):
    """Return a method of the SDK's cache that notes what KMS may be asked, with the context of the root key."""
    ask = getattr(CachingCryptoMaterialsManager, name)

    def noting(cache, request):
        ring = cache.backing_materials_manager.master_key_provider
        place = MASTER_KEYS.get(ring.keys[0].provider_id)
        if place == "RootKey":
            recorder.note([action, place, request.encryption_context["purpose"]])
        elif place and action == "kms:Decrypt":  # the public half seals at the door, without KMS
            recorder.note([action, place])
        return ask(cache, request)

    return noting
