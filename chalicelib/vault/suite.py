"""One message sealed or opened, with every check that the encryption SDK leaves to its caller.

The SDK accepts a missing context key and bytes behind the message (measured on 4.0.7), so both are refused here.
Suite: AES-256-GCM, HKDF-SHA-512, key commitment, no signature: writer and reader are one trust domain.
"""

import io
import logging
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
from aws_encryption_sdk.identifiers import Algorithm
from cryptography.exceptions import InvalidTag

from chalicelib.errors import OversizeError, SealBrokenError

SUITE = Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY
# Of the text in a message, for writing and for reading alike: nothing is sealed that opening would refuse.
MOST_BYTES = 4_194_304

CLIENT = EncryptionSDKClient(
    commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, max_encrypted_data_keys=1
)
# The SDK logs whole tracebacks of failures that we handle ourselves.
logging.getLogger("aws_encryption_sdk").setLevel(logging.CRITICAL + 1)

# The SDK's errors for a broken message; a flipped bit in the length of the body overflows (found by a test).
BREAKAGES = (
    AWSEncryptionSDKClientError,
    InvalidTag,
    ArithmeticError,
    KeyError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def seal_message(materials: Any, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    """Compress and seal; `context` is authenticated but readable, so it holds opaque ids only.

    Raise OversizeError for more than MOST_BYTES.
    """
    if len(plaintext) > MOST_BYTES:
        raise OversizeError("text")
    sealed, _ = CLIENT.encrypt(
        source=zlib.compress(plaintext),
        materials_manager=materials,
        encryption_context=dict(context),
        algorithm=SUITE,
        frame_length=0,
    )
    return bytes(sealed)


def open_message(materials: Any, sealed: bytes, context: Mapping[str, str]) -> bytes:
    """Open a message sealed with exactly this context; raise SealBrokenError for anything else.

    KeyUnavailableError passes through: the message may be whole, and only its key is unavailable.
    """
    source = io.BytesIO(sealed)
    try:
        with CLIENT.stream(mode="d", source=source, materials_manager=materials) as opening:
            compressed = opening.read()
            header = opening.header
        exact = source.read(1) == b"" and header.algorithm is SUITE and dict(header.encryption_context) == dict(context)
        if not exact:
            raise SealBrokenError("suite, context or length")
        return expand_text(compressed)
    except BREAKAGES as broken:
        raise SealBrokenError(type(broken).__name__) from None


def expand_text(compressed: bytes) -> bytes:
    """Decompress at most MOST_BYTES, and nothing but one whole zlib stream."""
    stream = zlib.decompressobj()
    text = stream.decompress(compressed, MOST_BYTES)
    if not stream.eof or stream.unused_data:
        raise SealBrokenError("compressed text")
    return text
