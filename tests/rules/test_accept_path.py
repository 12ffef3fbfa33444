"""What the door loads when it starts: nothing of settling, sending or rendering, and not the slow half of the SDK."""

import subprocess
import sys

from chalicelib.senders import SENDERS

FORBIDDEN = (
    "aws_cryptographic_material_providers",  # the MPL more than doubles the import (measured)
    "chalicelib.store.identities",
    "chalicelib.store.people_rows",
    "chalicelib.downstream",
    "chalicelib.addresses",
    "chalicelib.definitions",
    "chalicelib.people.identity",
    "chalicelib.shop.purposes",
    "chalicelib.store.keys",
    "chalicelib.people.directory",
    "chalicelib.settling.dispatch",
    "chalicelib.vault.person",
    "chalicelib.vault.root",
    "chalicelib.desk",
    "email_validator",
    "fido2",
    "jinja2",
    "multipart",
    "phonenumbers",
    "python_multipart",
)


def test_front_door_loads_only_what_accepting_needs():
    program = (
        "import sys, app; from chalicelib.senders import find_sender; find_sender('shopify'); "
        "print('\\n'.join(sys.modules))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.splitlines()

    foreign = {name for name in loaded if name in SENDERS.values()}
    assert foreign == {SENDERS["shopify"]}  # the door loads no sender that it does not serve
    assert "chalicelib.senders.shopify.reading" not in loaded
    assert "chalicelib.door.intake" in loaded
    assert [name for name in loaded if name.startswith(FORBIDDEN)] == []


def test_front_door_reads_no_definition_and_no_words():
    program = (
        "import sys; opened = []; "
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None); "
        "import app; from chalicelib.senders import find_sender; find_sender('shopify'); "
        "print('\\n'.join(opened))"
    )

    opened = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert "intake" in opened
    assert [name for name in opened.splitlines() if name.endswith(".toml")] == []
