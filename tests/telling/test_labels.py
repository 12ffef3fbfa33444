"""Questions are named as the forms name them whose answers are counted."""

from chalicelib.telling.numbers import find_teller
from tests.builders.own import open_own
from tests.builders.surveys import LABELS, write_survey


def test_an_anonymous_survey_lends_its_words_to_no_question_of_customers(tmp_path, monkeypatch):
    with open_own(tmp_path / "own", monkeypatch) as folder:
        write_survey(folder, "a-mood")
        named = find_teller("en").labels.name_question("score")
    assert named == "How likely are you to recommend us to a friend?" != LABELS["score"][0]
