"""Master keys whose secret half never leaves KMS. They report an unavailable key and a broken message as two errors."""

from typing import Any

from aws_encryption_sdk.exceptions import DecryptKeyError, EncryptKeyError, GenerateKeyError
from aws_encryption_sdk.key_providers.base import MasterKey, MasterKeyConfig
from aws_encryption_sdk.key_providers.kms import KMSMasterKey, KMSMasterKeyConfig
from aws_encryption_sdk.structures import DataKey
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import KeyUnavailableError
from chalicelib.vault.keyring import INBOX_PROVIDER

# These errors of KMS are about the ciphertext; all others (throttled, disabled, denied, gone) are about the key.
CIPHERTEXT_FAULTS = {"InvalidCiphertextException", "IncorrectKeyException"}


def explain_fault(fault: BaseException | None) -> None:
    """Raise KeyUnavailableError for an outage, which the SDK would otherwise take for a broken message."""
    if isinstance(fault, ClientError):
        code = fault.response["Error"]["Code"]
        if code not in CIPHERTEXT_FAULTS:
            raise KeyUnavailableError(code) from None
    elif isinstance(fault, BotoCoreError):
        raise KeyUnavailableError(type(fault).__name__) from None


class RootKmsKey(KMSMasterKey):
    """A root key in KMS. Strict: it opens only messages that name its own ARN."""

    def _generate_data_key(self, algorithm: Any, encryption_context: Any = None) -> Any:
        try:
            return super()._generate_data_key(algorithm, encryption_context)
        except (GenerateKeyError, BotoCoreError) as fault:
            explain_fault(fault.__cause__ or fault)
            raise

    def _decrypt_data_key(self, encrypted_data_key: Any, algorithm: Any, encryption_context: Any = None) -> Any:
        try:
            return super()._decrypt_data_key(encrypted_data_key, algorithm, encryption_context)
        except (DecryptKeyError, BotoCoreError) as fault:
            explain_fault(fault.__cause__ or fault)
            raise


class RsaKeyConfig(MasterKeyConfig):
    """Names the KMS key and carries the client."""

    provider_id = INBOX_PROVIDER

    def __init__(self, key_id: bytes, client: Any) -> None:
        """`key_id` is the key's ARN as bytes, as in each message."""
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
        except (ClientError, BotoCoreError) as fault:
            explain_fault(fault)
            raise DecryptKeyError("not wrapped under this key") from None
        return DataKey(
            key_provider=self.key_provider,
            data_key=answer["Plaintext"],
            encrypted_data_key=encrypted_data_key.encrypted_data_key,
        )


def wrap_rsa_kms(arn: str, client: Any) -> RsaKmsKey:
    return RsaKmsKey(config=RsaKeyConfig(key_id=arn.encode(), client=client))


def wrap_root_kms(arn: str, client: Any) -> RootKmsKey:
    return RootKmsKey(config=KMSMasterKeyConfig(key_id=arn, client=client))


def read_public_kms(arn: str, client: Any) -> bytes:
    """Return the public half of an RSA key, in DER; raise KeyUnavailableError."""
    try:
        return bytes(client.get_public_key(KeyId=arn)["PublicKey"])
    except (ClientError, BotoCoreError) as fault:
        explain_fault(fault)
        raise
