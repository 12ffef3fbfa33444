"""Orders, their items, and money given back."""

from collections.abc import Mapping

from chalicelib.data_requests.readable.facts import Facts, list_others, note_others, read_amount
from chalicelib.data_requests.readable.names import split_name
from chalicelib.data_requests.readable.parts import Card, Group, Line, Record, fold_cards, list_cards, make_line
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.values import Row
from chalicelib.models import JsonValue
from chalicelib.text import isolate_text


def build_orders(record: Record, writer: Writer) -> list[Group]:
    """Return the orders, newest first, and refunds that came by themselves."""
    rows = record.get("orders", ())
    numbers = {str(row.get("id")): str(row.get("number") or row.get("id")) for row in rows}
    refunds = [line for row in record.get("refunds", ()) for line in show_refund(row, numbers, writer)]
    cards = [Card(writer.words.refunds, tuple(refunds))] if refunds else []
    return [*fold_cards([show_order(row, writer) for row in rows], writer), *list_cards(cards)]


def show_order(row: Row, writer: Writer) -> Card:
    """Return one order."""
    facts, words = Facts("orders", row), writer.words
    number, currency, state = (facts.take_text(name) for name in ("number", "currency", "state"))
    placed, updated = facts.take_text("placed_at"), facts.take_text("updated_at")
    items = [show_item(item, currency, writer) for item in facts.take_list("items") if isinstance(item, Mapping)]
    lines = [
        *make_line(writer.name_label("placed_at"), writer.write_time(placed)),
        *make_line(writer.name_label("state"), words.order_states.get(state, state)),
        *make_line(writer.name_label("items"), *items),
        *show_amount("total", facts.take("total"), currency, writer),
        *show_codes(facts, writer),
        *show_refunds(facts, currency, writer),
        *make_line(writer.name_label("test"), writer.write_flag(True) if facts.take("test") else ""),
        *make_line(writer.name_label("updated_at"), writer.write_time(updated) if updated != placed else ""),
        *make_line(writer.name_label("source"), split_name(facts.take_text("source"), writer)[1]),
    ]
    title = words.order.format(number=isolate_text(number)) if number else words.order_unnumbered
    return Card(title, tuple(lines), list_others(facts, writer), placed)


def show_item(item: Mapping[str, JsonValue], currency: str, writer: Writer) -> str:
    """Return one line of an order: how many of what, and the price of one."""
    facts = Facts("orders.items", item)
    title, sku = facts.take_text("title"), facts.take_text("sku")
    quantity, price = facts.take("quantity"), read_amount(facts.take("price"))
    text = writer.words.item.format(
        quantity=writer.write_number(quantity if isinstance(quantity, int) else 1),
        title=isolate_text(title or sku),
        price=writer.write_money(price, currency) if price is not None else "",
    )
    article = writer.write_note("sku", isolate_text(sku if title else ""))
    return writer.join_texts([text, article, *note_others(facts, writer)])


def show_amount(name: str, value: JsonValue, currency: str, writer: Writer) -> list[Line]:
    """Return the line of an amount of money."""
    amount = read_amount(value) if value is not None else None
    return make_line(writer.name_label(name), writer.write_money(amount, currency)) if amount is not None else []


def show_codes(facts: Facts, writer: Writer) -> list[Line]:
    """Return the codes that were used."""
    return make_line(writer.name_label("codes"), *map(str, facts.take_list("codes")), typed=True)


def show_refunds(facts: Facts, currency: str, writer: Writer) -> list[Line]:
    """Return what was given back for an order."""
    amounts = [read_amount(value) for value in facts.take_object("refunds").values()]
    return make_line(
        writer.name_label("refunded"),
        *(writer.write_money(amount, currency) for amount in amounts if amount is not None),
    )


def show_refund(row: Row, numbers: Mapping[str, str], writer: Writer) -> list[Line]:
    """Return the line of a refund that came by itself."""
    facts = Facts("refunds", row)
    currency, order = facts.take_text("currency"), facts.take_text("order_id")
    amount = read_amount(facts.take("amount"))
    said = writer.write_money(amount, currency) if amount is not None else ""
    label = writer.words.order.format(number=isolate_text(numbers.get(order, order)))
    return make_line(label, said, notes=note_others(facts, writer))
