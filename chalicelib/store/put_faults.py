"""What a put that failed means for the caller."""

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import TooLargeError, TryAgainLaterError


def explain_fault(fault: ClientError | BotoCoreError) -> TooLargeError | TryAgainLaterError:
    """Return the error that answers a put which failed."""
    code = fault.response["Error"]["Code"] if isinstance(fault, ClientError) else ""
    if code == "ValidationException":  # DynamoDB refuses this put only for a row over 400 KB
        return TooLargeError("The submission is too large.")
    return TryAgainLaterError("Not kept: please send it again.")
