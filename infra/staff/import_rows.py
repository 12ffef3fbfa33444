"""The rows of an import's files: read by the map, told to the report, and those that count yielded as Submissions."""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from chalicelib.imports.csv_rows import Record
from chalicelib.imports.reasons import RowRefusedError
from chalicelib.imports.submission import RowReader
from chalicelib.models import ConsentState, Identity, Reading, Submission
from chalicelib.people.identity import list_identities
from chalicelib.senders import read_submission
from chalicelib.senders.imported import STOPS
from infra.staff.clashes import Clashes
from infra.staff.import_report import Outcome, Refusals, describe_reading

Choice = Callable[[Reading], bool]


def opts_out(reading: Reading) -> bool:
    """Return whether a row withdraws a consent or stops an address."""
    withdrawn = any(consent.state is ConsentState.WITHDRAWN for consent in reading.consents)
    return withdrawn or bool(reading.notes.get(STOPS))


# Opt-outs come first: no mail may go out to somebody whose opt-out lies further down or in another file.
TURNS: tuple[Choice, ...] = (opts_out, lambda reading: not opts_out(reading))


def read_rows(
    records: Iterable[Record],
    reader: RowReader,
    refusals: Refusals,
    file: BinaryIO,
    clashes: Clashes | None,
    choose: Choice | None = None,
) -> Iterator[Submission]:
    """Yield the Submissions of the good rows, of those that are chosen; note the others."""
    outcome = refusals.outcome
    for record in records:
        outcome.read += 1
        outcome.standins.update(reader.list_standins(record.cells) if record.cells else ())
        if record.cells and not reader.is_read(record.cells):
            outcome.unread += 1
            continue
        try:
            submission, names, reading = read_row(record, reader, outcome)
        except RowRefusedError as fault:
            refusals.add(record, fault.reason, says_no=bool(record.cells) and reader.says_no(record.cells))
        else:
            if clashes is not None:
                clashes.add(record.first, names)
            if choose is None or choose(reading):
                yield submission
        refusals.progress.show(file.tell(), outcome.read)


def read_row(record: Record, reader: RowReader, outcome: Outcome) -> tuple[Submission, tuple[Identity, ...], Reading]:
    """Return a good row, the names in it and what it says, as settling will read it; raise RowRefusedError."""
    if record.reason:
        raise RowRefusedError(record.reason)
    submission = reader.read_row(record.cells)
    reading = read_submission(submission)
    names = list_identities(submission, reading, reader.region)
    if not names:
        raise RowRefusedError("nobody")
    outcome.content.update(describe_reading(reading))
    return submission, names, reading
