"""What holds for every sender: the contract, hostile bodies, the door's budget, and the payloads of others."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.errors import InvalidSignatureError, MalformedError, TooLargeError, UnreadableError
from chalicelib.models import Identity, IdentityKind, Reading, ReadingKind, SenderName, Submission
from chalicelib.senders import MODULES, OWN_READERS, SENDERS, find_reader, find_sender
from chalicelib.senders.form_maps import ConsentAnswer, Mapping
from chalicelib.senders.shopify.shapes import FAMILIES, SHAPES
from tests.builders.payloads import INVENTED, TOPICS, read_file
from tests.builders.work import count_calls
from tests.payloads.deliveries import (
    ADDRESS,
    NOW,
    SHOP,
    choose_secret,
    load_sender,
    sign_delivery,
    write_body,
)

SHARED = Path(__file__).parents[3] / "shared/payloads"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the folder of the payloads of others is not here")
CONTRACT = ("CONTENT_TYPES", "is_ping", "verify", "parse", "interpret")


def receive(sender, raw, headers):
    """Do what the hook route does."""
    module = load_sender(sender)
    module.verify(raw, headers, [choose_secret(sender)], NOW, address=ADDRESS)
    return module.parse(raw, headers, NOW)


@pytest.mark.parametrize("sender", SENDERS)
def test_every_sender_keeps_the_contract(sender):
    module = load_sender(sender)
    assert all(hasattr(module, name) for name in CONTRACT)
    assert "application/json" in module.CONTENT_TYPES
    assert not module.is_ping(b"{}", {})


@pytest.mark.parametrize("name", ["", "form", "__init__", "signatures", "Shopify", "../os", "shopify.shopify"])
def test_nothing_else_is_a_sender(name):
    assert find_sender(name) is None


def test_every_name_of_a_sender_has_one_module_that_reads():
    assert set(MODULES) == set(SenderName)
    assert len(SENDERS) + len(OWN_READERS) == len(MODULES)
    for name in SenderName:
        assert callable(find_reader(name).interpret), name
    assert find_reader("gone") is None


@pytest.mark.parametrize("kind", ReadingKind)
def test_every_kind_is_read_back_as_itself_from_its_plain_text(kind):
    text = Reading(kind=kind).model_dump_json()

    assert Reading.model_validate_json(text).kind is kind
    assert f'"kind":"{kind.value}"' in text
    assert Reading(kind=kind.value).kind is kind


def test_no_other_kind_is_written_or_read():
    with pytest.raises(ValidationError):
        Reading(kind="gossip")
    with pytest.raises(ValidationError):
        Identity(kind="nickname", value="x")
    assert Identity(kind="email", value="x").kind is IdentityKind.EMAIL


@pytest.mark.parametrize("name", INVENTED)
def test_every_invented_delivery_goes_all_the_way_and_back(name):
    sender = name.split("/")[0]
    raw = write_body(read_file(name))
    submission = receive(sender, raw, sign_delivery(sender, raw, TOPICS.get(name, "")))
    assert submission.body == raw
    assert Submission.model_validate_json(submission.model_dump_json()) == submission
    reading = load_sender(sender).interpret(submission)
    assert Reading.model_validate_json(reading.model_dump_json()) == reading


def list_leaves(body, path=()):
    """Yield the path of every leaf and branch."""
    yield path
    if isinstance(body, dict | list):
        for name, inner in body.items() if isinstance(body, dict) else enumerate(body):
            yield from list_leaves(inner, (*path, name))


def replace_leaf(body, path, value):
    """Return a copy with what stands at a path replaced."""
    if not path:
        return value
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[path[0]] = replace_leaf(body[path[0]], path[1:], value)
    return copy


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**37), 10**37)
    | st.text(max_size=8)
    | st.sampled_from(
        [
            "",
            "0",
            "é",
            "\x00",
            "NaN",
            "-1",
            "9" * 30,
            "2026-02-30",
            "0001-01-01T00:00:00+14:00",
            "gid://shopify/X/1",
            "https://",
            0,
            -1,
            10**30,
            0.5,
            1e-7,
        ]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_altered_bodies_are_read_malformed_or_unreadable_and_nothing_else(data):
    name = data.draw(st.sampled_from(INVENTED))
    sender = name.split("/")[0]
    original = body = read_file(name)
    for _ in range(data.draw(st.integers(1, 4))):
        body = replace_leaf(body, data.draw(st.sampled_from(list(list_leaves(body)))), data.draw(ODD))
    headers = sign_delivery(sender, b"", TOPICS.get(name, ""))
    module = load_sender(sender)
    good = module.parse(write_body(original), headers, NOW)
    raw = write_body(body)
    with contextlib.suppress(MalformedError, TooLargeError):
        module.parse(raw, headers, NOW)
    with contextlib.suppress(UnreadableError):
        reading = module.interpret(good.model_copy(update={"body": raw}))
        assert Reading.model_validate_json(reading.model_dump_json()) == reading


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(INVENTED), cut=st.integers(0, 4_000), junk=st.binary(max_size=6), keep=st.booleans())
def test_bodies_with_altered_bytes_are_parsed_or_refused_and_nothing_else(name, cut, junk, keep):
    sender = name.split("/")[0]
    raw = write_body(read_file(name))
    raw = raw[:cut] + junk + (raw[cut + len(junk) :] if keep else b"")
    headers = sign_delivery(sender, raw, TOPICS.get(name, ""))
    with contextlib.suppress(MalformedError, TooLargeError, UnreadableError):
        load_sender(sender).interpret(load_sender(sender).parse(raw, headers, NOW))


def test_the_door_does_little_for_an_order_of_8_kb():
    order = read_file("shopify/order")
    order["line_items"] = order["line_items"] * 2
    raw = write_body(order)
    assert 7_000 < len(raw) < 9_000
    headers = sign_delivery("shopify", raw, "orders/paid")
    receive("shopify", raw, headers)  # the sender's module is loaded once

    assert count_calls(receive, "shopify", raw, headers) < 1_000  # 610 counted; `make bench` says how long they take


def test_the_door_loads_nothing_that_only_interpreting_needs():
    script = (
        "import sys\n"
        "from chalicelib.senders import SENDERS, find_sender\n"
        "[find_sender(name) for name in SENDERS]\n"
        "print([name for name in ('tomllib', 'html', 'phonenumbers', 'email_validator', 'boto3',"
        " 'chalicelib.senders.form_maps', 'chalicelib.senders.shopify.reading') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def list_shared():
    """Return (sender, topic, body or raw bytes, label) for every payload of others that is ours to read."""
    found = []
    for sender in SENDERS:
        for path in sorted((SHARED / sender).rglob("*")):
            if not path.is_file():
                continue
            label = str(path.relative_to(SHARED))
            if path.suffix != ".json":
                found.append((sender, "", path.read_bytes(), label))
                continue
            content = json.loads(path.read_text("utf-8"))
            for number, (topic, body) in enumerate(unwrap(path, content)):
                found.append((sender, topic, body, f"{label}#{number}" if number else label))
    return found


def unwrap(path, content):
    """Yield (topic, body): captures carry headers, REST samples a root key or a list, one Typeform file no envelope."""
    name = path.name
    if isinstance(content, dict) and "headers" in content:
        headers = content["headers"]
        yield headers.get("x-shopify-topic") or headers.get("x-wc-webhook-topic"), content["body"]
    elif path.parent.name == "compliance":
        yield name.removesuffix(".json").replace(".", "/"), {**content, "shop_domain": SHOP}
    elif path.parent.name == "rest-fixtures":
        for part in content if isinstance(content, list) else [content]:
            (root,) = part if len(part) == 1 else (None,)
            yield name_rest_topic(name), part[root] if root else part
    elif name == "form_response-thankyou_screen_ref.json":
        yield "", {"event_id": "e", "event_type": "form_response", "form_response": content}
    else:
        yield name.removesuffix(".docs.json") if path.parent.name == "woocommerce" else "", content


def name_rest_topic(name):
    """Return the topic under which a webhook would send this REST resource."""
    topics = {
        "abandoned": "checkouts/update",
        "customer": "customers/update",
        "draft_order": "draft_orders/update",
        "fulfillment": "fulfillments/update",
        "order": "orders/updated",
        "refunds": "refunds/create",
    }
    return next(topic for start, topic in topics.items() if name.startswith(start))


def describe(reading):
    """Return one line about a reading."""
    parts = [
        f"id {reading.sender_id}" if reading.sender_id else "",
        "e-mail" if reading.email else "",
        "phone" if reading.phone else "",
        "+".join(reading.fields),
        *(f"{consent.purpose}={consent.state}" for consent in reading.consents),
        *(f"order {o.state} {o.total} {o.currency} {len(o.items)} lines" for o in reading.orders),
        *(f"refund {refund.amount} {refund.currency}" for refund in reading.refunds),
        f"{len(reading.entry.values)} values" if reading.entry else "",
    ]
    return f"{reading.kind}: {', '.join(part for part in parts if part)}"


# Not deliveries: a calculated (not made) refund, and a checkout list's page without its URL.
REFUSED = ("shopify/rest-fixtures/refunds-2024-10.json#4", "shopify/rest-fixtures/refunds-2024-10.json#5")


@needs_shared
def test_the_payloads_of_others_are_received_and_read():
    rows = []
    for sender, topic, body, label in list_shared():
        raw = body if isinstance(body, bytes) else write_body(body)
        headers = sign_delivery(sender, raw, topic)
        if load_sender(sender).is_ping(raw, {}):
            rows.append((label, "ping"))
            continue
        try:
            reading = load_sender(sender).interpret(receive(sender, raw, headers))
            rows.append((label, describe(reading)))
        except UnreadableError as error:
            rows.append((label, f"unreadable: {error}"))
    width = max(len(label) for label, _ in rows)
    print("\n" + "\n".join(f"{label:{width}}  {result}" for label, result in rows))
    assert len(rows) > 60
    assert {label for label, result in rows if result.startswith("unreadable")} == set(REFUSED)


@needs_shared
def test_a_forged_copy_of_every_shared_payload_is_refused():
    payloads = list_shared()
    assert len(payloads) > 60
    for sender, topic, body, _ in payloads:
        raw = body if isinstance(body, bytes) else write_body(body)
        with pytest.raises(InvalidSignatureError):
            receive(sender, raw + b" ", sign_delivery(sender, raw, topic))


def test_the_documentation_names_every_sender_topic_and_mapping_key():
    page = (Path(__file__).parents[2] / "docs/senders.md").read_text("utf-8")
    missing = [f"/hooks/{name}" for name in SENDERS if f"`/hooks/{name}`" not in page]
    missing += [topic for topic in FAMILIES if f"`{topic}`" not in page]
    missing += [key for model in (Mapping, ConsentAnswer) for key in model.model_fields if f"`{key}`" not in page]
    missing += [name for shape in SHAPES.values() for name in shape.has if f"`{name}`" not in page]
    assert missing == []
