"""Master keys whose secret half never leaves KMS, and a client that tells a dead key from a broken message."""

from typing import Any

from aws_encryption_sdk.exceptions import DecryptKeyError, EncryptKeyError, GenerateKeyError
from aws_encryption_sdk.key_providers.base import MasterKey, MasterKeyConfig
from aws_encryption_sdk.key_providers.kms import KMSMasterKey, KMSMasterKeyConfig
from aws_encryption_sdk.structures import DataKey
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import KeyUnavailableError
from chalicelib.vault.keyring import INBOX_PROVIDER

# KMS says these of the ciphertext; everything else it says (throttled, disabled, denied, gone) is about the key.
CIPHERTEXT_FAULTS = {"InvalidCiphertextException", "IncorrectKeyException"}


class FrankClient:
    """A KMS client whose outages are KeyUnavailableError, which the SDK does not swallow as a broken message."""

    def __init__(self, client: Any) -> None:
        """Wrap a boto3 KMS client."""
        self.client = client

    def decrypt(self, **request: Any) -> Any:
        """Call KMS Decrypt."""
        return self.call_kms(self.client.decrypt, request)

    def encrypt(self, **request: Any) -> Any:
        """Call KMS Encrypt."""
        return self.call_kms(self.client.encrypt, request)

    def generate_data_key(self, **request: Any) -> Any:
        """Call KMS GenerateDataKey."""
        return self.call_kms(self.client.generate_data_key, request)

    def call_kms(self, call: Any, request: dict[str, Any]) -> Any:
        """Let through only faults of the ciphertext itself."""
        try:
            return call(**request)
        except ClientError as fault:
            code = fault.response["Error"]["Code"]
            if code in CIPHERTEXT_FAULTS:
                raise
            raise KeyUnavailableError(code) from None
        except BotoCoreError as fault:
            raise KeyUnavailableError(type(fault).__name__) from None


class RsaKeyConfig(MasterKeyConfig):
    """Names the KMS key and carries the client."""

    provider_id = INBOX_PROVIDER

    def __init__(self, key_id: bytes, client: FrankClient) -> None:
        """Take the key's ARN as bytes, as it stands in each message."""
        super().__init__(key_id=key_id)
        self.client = client


class RsaKmsKey(MasterKey):
    """The private half of the inbox key: opens, never seals."""

    provider_id = INBOX_PROVIDER
    _config_class = RsaKeyConfig

    def _generate_data_key(self, algorithm: Any, encryption_context: Any) -> Any:
        raise GenerateKeyError("the private half only opens")

    def _encrypt_data_key(self, data_key: Any, algorithm: Any, encryption_context: Any) -> Any:
        raise EncryptKeyError("the private half only opens")

    def _decrypt_data_key(self, encrypted_data_key: Any, algorithm: Any, encryption_context: Any) -> Any:
        """Ask KMS; RSAES_OAEP_SHA_256 is what the SDK's RSA_OAEP_SHA256_MGF1 wraps with."""
        try:
            answer = self.config.client.decrypt(
                KeyId=self.config.key_id.decode(),
                CiphertextBlob=encrypted_data_key.encrypted_data_key,
                EncryptionAlgorithm="RSAES_OAEP_SHA_256",
            )
        except ClientError:
            raise DecryptKeyError("not wrapped under this key") from None
        return DataKey(
            key_provider=self.key_provider,
            data_key=answer["Plaintext"],
            encrypted_data_key=encrypted_data_key.encrypted_data_key,
        )


def wrap_rsa_kms(arn: str, client: Any) -> RsaKmsKey:
    """Make the opening half of an inbox key held in KMS."""
    return RsaKmsKey(config=RsaKeyConfig(key_id=arn.encode(), client=FrankClient(client)))


def wrap_root_kms(arn: str, client: Any) -> KMSMasterKey:
    """Make a root key held in KMS. Strict: it opens only what names this very ARN."""
    return KMSMasterKey(config=KMSMasterKeyConfig(key_id=arn, client=FrankClient(client)))
