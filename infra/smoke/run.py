"""The smoke test from start to end: forget an earlier run, try each part, forget everybody of this run."""

from collections.abc import Callable, Iterator

from chalicelib.errors import TryAgainLaterError
from infra.smoke.erasing import check_erasures, find_left, forget_invented
from infra.smoke.form import choose_form, try_form
from infra.smoke.invented import RUN, list_invented
from infra.smoke.mails import try_mails
from infra.smoke.senders import try_senders
from infra.smoke.trial import Trial
from infra.watch.checks import FAULTS, explain_fault
from infra.watch.finding import Finding, Level, amber

Findings = list[tuple[str, Finding]]


def run_trial(trial: Trial) -> Findings:
    """Return what was found; the invented people are forgotten, also where a part or the operator breaks off."""
    findings = [*guard("earlier", lambda: forget_earlier(trial))]
    if findings and findings[-1][1].level not in (Level.GREEN, Level.AMBER):
        return findings  # nobody new is invented while others are left
    trial.note.write(trial.run)
    try:
        form = choose_form(trial)
        findings += guard("senders", lambda: try_senders(trial))
        findings += guard("form", lambda: try_form(trial, form))
        if findings[-1][1].level is not Level.RED:
            findings += guard("mail", lambda: try_mails(trial, form))
    except BaseException:
        forget_invented(trial, trial.posted)
        raise
    findings += guard("erasure", lambda: end_people(trial))
    if findings[-1][1].level is Level.GREEN:
        trial.note.end()
    return findings


def forget_earlier(trial: Trial) -> Iterator[tuple[str, Finding]]:
    """Forget the people of a run that was broken off; yield what was found, nothing where there was none.

    Where there was none, the people of this run are looked for, whom nobody has invented yet: an operator without the
    right to find people is refused here, before somebody is invented.
    """
    noted = trial.note.read()
    known = RUN.fullmatch(noted) is not None
    left = find_left(trial, list_invented(noted if known else trial.run))
    if not known:
        return
    if left:
        found = check_erasures(trial, forget_invented(trial, left))
        if found.level is not Level.GREEN:
            yield "earlier", found
            return
        yield "earlier", amber("A run was broken off; its invented people are forgotten now.", "Nothing.")
    trial.note.end()


def end_people(trial: Trial) -> Iterator[tuple[str, Finding]]:
    """Forget the people of this run; yield whether that is done and proved."""
    yield "erasure", check_erasures(trial, forget_invented(trial, trial.posted))


def guard(name: str, part: Callable[[], Iterator[tuple[str, Finding]]]) -> Iterator[tuple[str, Finding]]:
    """Yield what a part finds; where it cannot be made, a finding with the reason, and the next part is tried."""
    try:
        yield from part()
    except (*FAULTS, TryAgainLaterError) as fault:
        yield name, explain_fault(fault)
