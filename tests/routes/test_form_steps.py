"""A form's steps on its page: what stands in each, the one script, the step at which a refused post opens again."""

import gzip
import re
from base64 import b64encode
from hashlib import sha256
from html import unescape

import pytest

from chalicelib.forms import library
from chalicelib.forms.library import find_form
from tests.builders.api import open_api
from tests.builders.form_posts import OWN, PAGE, browse


@pytest.fixture
def api(shop, tables, cloud, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", OWN)
    with open_api(shop, tables, cloud, monkeypatch) as client:
        yield client


def test_only_a_form_with_steps_has_a_script_which_its_policy_names_by_hash(api):
    page = api.call("GET", "/forms/survey", accept=PAGE)
    [script] = re.findall(r"<script>(.*?)</script>", page.body.decode(), re.DOTALL)
    source = b64encode(sha256(script.encode()).digest()).decode()

    assert f" script-src 'sha256-{source}';" in page.headers["Content-Security-Policy"]
    assert len(script) < 2048
    plain = api.call("GET", "/forms/newsletter", accept=PAGE)
    assert "<script" not in plain.body.decode()
    assert "script-src" not in plain.headers["Content-Security-Policy"]


@pytest.mark.parametrize("form", library.list_forms())
def test_no_page_of_a_form_is_over_thirty_kilobytes(api, form):
    for language in find_form(form).languages:
        page = api.call("GET", f"/forms/{form}?lang={language}", accept=PAGE)
        assert len(gzip.compress(page.body)) < 30_000, language


# How the second step is counted, how the last one is marked, and the words of the buttons that lead on.
STEPPED = {
    "en": ("Question 2 of 4", "Optional", "Next", "Would you like to tell us who you are?"),
    "fa": ("پرسش ۲ از ۴", "اختیاری", "بعدی", "مایلید خودتان را معرفی کنید؟"),
    "bn": ("প্রশ্ন ২, মোট ৪টি", "ঐচ্ছিক", "এগিয়ে যান", "আপনার পরিচয় জানাতে চান?"),
    "hi": ("सवाल 2, कुल 4", "वैकल्पिक", "आगे बढ़ें", "क्या हम आपका परिचय पूछ सकते हैं?"),
    "kk": ("2-сұрақ, барлығы 4", "Міндетті емес", "Әрі қарай", "Кім екеніңізді айтқыңыз келе ме?"),
}


@pytest.mark.parametrize("language", STEPPED)
def test_the_survey_stands_in_four_steps_and_one_that_is_optional(api, language):
    page = unescape(api.call("GET", f"/forms/survey?lang={language}", accept=PAGE).body.decode())
    steps = page.split('<fieldset class="step"')[1:]
    second, optional, onward, title = STEPPED[language]

    assert [sorted(set(re.findall(r' name="(\w+)"', step.partition("referral_note")[0]))) for step in steps] == [
        ["score"],
        ["why"],
        ["why_us"],
        ["found_us"],
        ["consent_marketing", "email", "name", "phone"],
    ]
    assert f'<span class="progress" hidden>{second}</span>' in steps[1]
    assert f'<span class="progress">{optional}</span>' in steps[4]
    assert f"<h2>{title}</h2>" in steps[4]
    assert re.findall(r'data-onward="([^"]*)"', page) == [onward, onward, onward, title, ""]
    assert ["data-sends" in step.partition(">")[0] for step in steps] == [False, False, False, True, True]


def read_start(answer):
    return int(re.findall(r'data-start="(\d)"', answer.body.decode())[0])


def test_a_page_opens_at_the_step_of_its_first_fault(api):
    survey = {"score": "9", "language": "en"}

    assert read_start(api.call("GET", "/forms/survey", accept=PAGE)) == 0
    assert read_start(browse(api, "survey", {**survey, "phone": "1"})) == 4
    assert read_start(browse(api, "survey", {**survey, "found_us": "x", "phone": "1"})) == 3
    assert read_start(browse(api, "survey", {**survey, "consent_marketing": "2020-01-01"})) == 4
    # Nobody's fault in any step: the step that can be sent.
    assert read_start(browse(api, "survey", {**survey, "page_token": "forged"})) == 3


def test_a_group_without_an_answer_is_told_once_and_briefly(api):
    page = browse(api, "survey", {"name": "Asel", "language": "en"}).body.decode()

    assert page.count("Please answer at least one question.") == 1
    assert '<li><a href="#f-score-0">Please answer at least one question.</a></li>' in page
