"""The same vault on KMS: a root key and an RSA inbox key, rotation, and outages that break nothing.

moto plays KMS, with two of its lies mended and the mending tested: it does not decrypt RSA, and its disabled keys
still work (AWS: DisabledException; KMS developer guide, "Key states").
"""

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from chalicelib.errors import KeyUnavailableError, SealBrokenError
from chalicelib.vault.envelope import InboxOpener, InboxSeal
from chalicelib.vault.root import RootSeal
from tests.builders.kms import RSA_ARN, HonestKms, refusal
from tests.builders.shop import a_submission


@pytest.fixture
def kms(monkeypatch):
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KMS"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield HonestKms()


def make_root(kms) -> str:
    return kms.client.create_key()["KeyMetadata"]["Arn"]


def test_shim_refuses_disabled_keys_where_moto_does_not(kms):
    arn = make_root(kms)
    kms.client.disable_key(KeyId=arn.rpartition("/")[2])  # moto knows its keys here by their bare id

    boto3.client("kms", region_name="us-east-1").generate_data_key(KeyId=arn, NumberOfBytes=32)  # moto's lie
    with pytest.raises(ClientError, match="Disabled"):
        kms.client.generate_data_key(KeyId=arn, NumberOfBytes=32)


def test_every_call_for_the_root_key_says_the_purpose_that_the_policies_ask_for(kms):
    said = []
    for call in ("GenerateDataKey", "Decrypt"):
        kms.client.meta.events.register(
            f"before-parameter-build.kms.{call}",
            lambda params, **_: said.append(params["EncryptionContext"]["purpose"]),
        )
    arn = make_root(kms)
    sealed = RootSeal([arn], kms.client).seal_secret("cust#1", b"k" * 32)
    RootSeal([arn], kms.client).open_secret("cust#1", sealed)
    assert said == ["key", "key"]


def test_root_key_on_kms_seals_a_thousand_keys_with_one_call(kms):
    root = RootSeal([make_root(kms)], kms.client)

    sealed = [root.seal_secret(f"cust#{number}", b"k" * 32) for number in range(1_000)]

    assert kms.calls == ["GenerateDataKey"]
    for number, one in enumerate(sealed):
        assert root.open_secret(f"cust#{number}", one) == b"k" * 32
    assert kms.calls == ["GenerateDataKey", "Decrypt"]


def test_inbox_on_kms_opens_a_thousand_submissions_with_one_call(kms):
    seal = InboxSeal(kms.public_parameter())
    opener = InboxOpener([RSA_ARN], kms.client)
    submission = a_submission(email="asel@example.org")

    for number in range(1_000):
        key = f"key-{number}"
        assert opener.open_submission(key, seal.seal_submission(key, submission)) == submission

    assert kms.calls == ["Decrypt"]


def test_the_public_half_on_kms_is_the_published_one(kms):
    opener = InboxOpener([RSA_ARN], kms.client)

    assert opener.read_public() == kms.public_parameter()
    kms.fault = refusal("ThrottlingException")
    with pytest.raises(KeyUnavailableError):
        opener.read_public()


def test_second_root_key_opens_what_the_first_sealed(kms):
    old, new = make_root(kms), make_root(kms)
    before = RootSeal([old], kms.client).seal_secret("cust#1", b"k" * 32)

    rotated = RootSeal([new, old], kms.client)

    assert rotated.open_secret("cust#1", before) == b"k" * 32
    with pytest.raises(SealBrokenError):
        RootSeal([new], kms.client).open_secret("cust#1", before)


@pytest.mark.parametrize(
    "fault",
    [
        refusal("ThrottlingException"),
        refusal("DisabledException"),
        refusal("KMSInvalidStateException"),
        refusal("AccessDeniedException"),
        refusal("KMSInternalException"),
        EndpointConnectionError(endpoint_url="https://kms"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_outage_of_kms_is_not_a_broken_message(kms, fault):
    root_arn = make_root(kms)
    secret = RootSeal([root_arn], kms.client).seal_secret("cust#1", b"k" * 32)
    message = InboxSeal(kms.public_parameter()).seal_submission("key", a_submission())
    kms.fault = fault

    with pytest.raises(KeyUnavailableError) as one:
        RootSeal([root_arn], kms.client).open_secret("cust#1", secret)
    with pytest.raises(KeyUnavailableError) as other:
        InboxOpener([RSA_ARN], kms.client).open_submission("key", message)
    with pytest.raises(KeyUnavailableError):
        RootSeal([root_arn], kms.client).seal_secret("cust#1", b"k" * 32)

    assert "secret" not in f"{one.value}{other.value}"


def test_message_for_another_rsa_key_is_broken(kms):
    other = HonestKms()
    sealed = InboxSeal(other.public_parameter()).seal_submission("key", a_submission())

    with pytest.raises(SealBrokenError):
        InboxOpener([RSA_ARN], kms.client).open_submission("key", sealed)
