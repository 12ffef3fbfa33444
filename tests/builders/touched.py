"""Which tables were written to since somebody asked: only those have rows to delete after a test."""

import sys

from botocore.client import BaseClient

WRITES = {"PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems"}
PROCESSES = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}  # Python's audit events


class Touched:
    """Notes the tables that clients of this process write to. A process started meanwhile may write to any table."""

    def __init__(self, monkeypatch):
        """Note every call of every client from now on."""
        self.names: set[str] = set()
        self.started = False
        make_call = BaseClient._make_api_call

        def note_call(client, operation, params):
            if operation in WRITES:
                self.names.update(list_tables(params))
            return make_call(client, operation, params)

        monkeypatch.setattr(BaseClient, "_make_api_call", note_call)
        sys.addaudithook(self.note_process)

    def note_process(self, event, _):
        if event in PROCESSES:
            self.started = True

    def take_names(self, known):
        """Return those of the known tables that may have been written to since the last call."""
        taken = set(known) if self.started else self.names & set(known)
        self.started = False
        self.names -= taken
        return taken


def list_tables(params):
    """Return the names of the tables that a write puts something into."""
    parts = [part for item in params.get("TransactItems", ()) for part in item.values()]
    batches = params.get("RequestItems", {})
    puts = {name for name, batch in batches.items() if any("PutRequest" in each for each in batch)}
    return {each["TableName"] for each in (params, *parts) if "TableName" in each} | puts
