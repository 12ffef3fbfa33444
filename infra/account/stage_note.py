"""A parameter of a stage in which a command keeps how far it came: the next run reads it, from any machine."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.account.operator import is_missing


@dataclass(frozen=True)
class StageNote:
    """One parameter, plain text of at most 4,096 letters. `ssm` is a boto3 client."""

    ssm: Any
    name: str  # such as /regulars/prod/restore

    def read(self) -> str:
        """Return the text, "" where there is none."""
        try:
            return str(self.ssm.get_parameter(Name=self.name)["Parameter"]["Value"])
        except ClientError as error:
            if is_missing(error):
                return ""
            raise

    def write(self, text: str) -> None:
        self.ssm.put_parameter(Name=self.name, Value=text, Type="String", Overwrite=True)

    def end(self) -> None:
        """Delete the parameter; one that is gone already is no error."""
        try:
            self.ssm.delete_parameter(Name=self.name)
        except ClientError as error:
            if not is_missing(error):
                raise
