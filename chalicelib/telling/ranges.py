"""Who the customers are, in words: ranges and groups, the small ones hidden."""

from collections.abc import Iterator, Mapping, Sequence

from chalicelib.numbers.crosses import Cross, Range
from chalicelib.numbers.numbers import Numbers
from chalicelib.stats.suppression import K
from chalicelib.telling.sheet import Grid, Line, Section, Sheet, Teller, make_cells

NAME = "ranges"


def tell_ranges(numbers: Numbers, teller: Teller) -> Sheet:
    """Return the sheet of ranges."""
    say = teller.write.say
    lead = tell_first(numbers.ranges, teller) or say.ranges.nobody
    if not numbers.ranges:
        return Sheet(NAME, say.titles[NAME], lead, [Section("", (lead,))])
    hint = say.ranges.hint.format(step=teller.write.write_count(K))
    first = Section("", (), None, (hint,))
    sections = [first, *(make_range(each, teller) for each in numbers.ranges)]
    sections += [make_cross(each, teller) for each in numbers.crosses]
    return Sheet(NAME, say.titles[NAME], lead, sections, [*list_lines(numbers, teller)])


def tell_first(found: Sequence[Range], teller: Teller) -> str:
    """Return the sentence of the first question, "" where there is none."""
    return tell_range(found[0], teller.labels.name_question(found[0].question), teller) if found else ""


def tell_range(found: Range, question: str, teller: Teller) -> str:
    """Return the most frequent group of one question, after the words of the question, if any.

    A hidden group may be the larger one, and counts in steps may be equal: then no group is called the most frequent.
    """
    say = teller.write.say.ranges
    shown = {option: n for option, n in found.counts.items() if n}
    if not shown:
        return say.all_hidden.format(question=question).strip()
    most = max(shown.values())
    first = [teller.labels.name_option(found.question, option) for option, n in shown.items() if n == most]
    alone = say.lead_shown if None in found.counts.values() else say.lead
    pattern, named = (alone if len(first) == 1 else say.lead_ties), teller.write.join(first)
    return pattern.format(question=question, option=named, n=teller.write.write_count(most)).strip()


def make_range(found: Range, teller: Teller) -> Section:
    """Return one question as a table."""
    say, question = teller.write.say, teller.labels.name_question(found.question)
    rows = [
        (teller.labels.name_option(found.question, option), make_cells([write_cell(n, teller)]))
        for option, n in found.counts.items()
    ]
    return Section(
        question, (tell_range(found, "", teller),), None, (), (Grid(question, [say.columns["people"]], rows),)
    )


def make_cross(found: Cross, teller: Teller) -> Section:
    """Return two questions against each other as a table."""
    labels, say = teller.labels, teller.write.say
    first, second = labels.name_question(found.first), labels.name_question(found.second)
    title = say.ranges.cross.format(first=first, second=second)
    options = list(next(iter(found.rows.values()), {}))
    columns = [labels.name_option(found.second, option) for option in options]
    rows = [
        (labels.name_option(found.first, option), make_cells(write_cell(cells[each], teller) for each in options))
        for option, cells in found.rows.items()
    ]
    return Section(title, (), None, (), (Grid(title, columns, rows),))


def write_cell(count: int | None, teller: Teller) -> str:
    """Return a count, or the word for one that is hidden."""
    return teller.write.say.figure.hidden if count is None else teller.write.write_count(count)


def list_lines(numbers: Numbers, teller: Teller) -> Iterator[Line]:
    """Yield the groups that are shown; a hidden one has no line."""
    for each in numbers.ranges:
        yield from list_counts(each.question, each.counts, tell_range(each, "", teller))
    for cross in numbers.crosses:
        for option, cells in cross.rows.items():
            yield from list_counts(f"{cross.first}/{option}/{cross.second}", cells, "")


def list_counts(path: str, counts: Mapping[str, int | None], sentence: str) -> Iterator[Line]:
    """Yield the counts that are shown."""
    yield from (Line(f"{path}/{option}", n, sentence=sentence) for option, n in counts.items() if n is not None)
