"""KMS as AWS answers, on moto. Builders for tests."""

import json
import os
from base64 import b64decode, b64encode
from collections import Counter
from types import SimpleNamespace

import boto3
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ROOT_ARN = "arn:aws:kms:us-east-1:123456789012:key/99999999-2222-3333-4444-555555555555"
RSA_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


class HonestKms:
    """A boto3 KMS client on moto that decrypts RSA, refuses disabled keys, counts its calls and fails on demand."""

    def __init__(self, client=None):
        self.client = client or boto3.client("kms", region_name="us-east-1")
        self.calls: list[str] = []
        self.fault: Exception | None = None
        self.private = rsa.generate_private_key(65537, 2048)
        for call in ("Decrypt", "GenerateDataKey", "GetPublicKey"):
            self.client.meta.events.register(f"before-call.kms.{call}", self.answer_call)

    def public_parameter(self) -> str:
        pem = self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return f"{RSA_ARN}\n{pem.decode()}"

    def read_der(self) -> bytes:
        form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return self.private.public_key().public_bytes(*form)

    def answer_call(self, model, params, **_):
        self.calls.append(model.name)
        if self.fault:
            raise self.fault
        request = json.loads(params["body"])
        if model.name == "GetPublicKey":
            return SimpleNamespace(status_code=200), {"PublicKey": self.read_der()}
        if request["KeyId"] == RSA_ARN:
            return SimpleNamespace(status_code=200), self.open_rsa(request)
        state = self.client.describe_key(KeyId=request["KeyId"])["KeyMetadata"]["KeyState"]
        if state != "Enabled":
            raise refusal("DisabledException" if state == "Disabled" else "KMSInvalidStateException")
        return None

    def open_rsa(self, request):
        assert request["EncryptionAlgorithm"] == "RSAES_OAEP_SHA_256"
        oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
        try:
            return {"Plaintext": self.private.decrypt(b64decode(request["CiphertextBlob"]), oaep)}
        except ValueError:
            raise refusal("InvalidCiphertextException") from None


class CountingKms:
    """A boto3 KMS client with one root key, answered in this process: fast enough for thousands of calls."""

    def __init__(self):
        self.client = boto3.client("kms", region_name="us-east-1")
        self.calls: Counter[str] = Counter()
        self.wrapped: dict[str, bytes] = {}
        for call in ("Decrypt", "GenerateDataKey"):
            self.client.meta.events.register(f"before-call.kms.{call}", self.answer_call)

    def answer_call(self, model, params, **_):
        self.calls[model.name] += 1
        request = json.loads(params["body"])
        if model.name == "GenerateDataKey":
            wrapped, key = os.urandom(48), os.urandom(request["NumberOfBytes"])
            self.wrapped[b64encode(wrapped).decode()] = key
            answer = {"CiphertextBlob": wrapped, "Plaintext": key}
        else:
            answer = {"Plaintext": self.wrapped[request["CiphertextBlob"]]}
        return SimpleNamespace(status_code=200), {"KeyId": ROOT_ARN, **answer}


def refusal(code):
    return ClientError({"Error": {"Code": code, "Message": "secret"}}, "Decrypt")
