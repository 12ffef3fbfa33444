"""The words of the desk: `words/<language>/desk.toml`."""

from collections.abc import Mapping

from chalicelib.desk.connections.connection_words import ConnectionWords
from chalicelib.desk.groups.group_words import GroupWords
from chalicelib.desk.people.act_words import ActWords
from chalicelib.desk.people.card_words import CardWords
from chalicelib.desk.people.find_words import FindWords
from chalicelib.desk.people.friend_words import FriendWords
from chalicelib.desk.people.head_words import HeadWords
from chalicelib.desk.people.person_words import PersonWords
from chalicelib.desk.privacy.privacy_words import PrivacyWords
from chalicelib.desk.running.campaign_words import CampaignWords, ForecastWords, ResultWords
from chalicelib.desk.signing.weekly_words import WeeklyWords
from chalicelib.desk.surveys.survey_words import SurveyWords
from chalicelib.desk.till.till_words import DeviceWords, TillWords
from chalicelib.desk.work.today_words import TodayWords
from chalicelib.forms.interface import Interface, find_interface
from chalicelib.models import Model
from chalicelib.words import find_words, list_languages


class CounterWords(Model):
    """The words of the Counter page, and of the page after what was put in. `outcomes` is by what became of it."""

    link: str
    title: str
    forms: str
    hint: str
    language: str
    became: str
    outcomes: Mapping[str, str]
    once: str
    customer: str
    again: str


class TelephoneWords(Model):
    """The words of the Telephone page beside the script."""

    link: str
    title: str
    hint: str
    rest: str
    send: str
    version: str
    off: str


class DeskWords(Model):
    """The words of one language; see words/en/desk.toml. Tables are by role, right, HTTP status and reason code."""

    start: str
    staff: str
    account: str
    numbers: str
    sign_out: str
    more: str
    sign_in_title: str
    sign_in: str
    sign_in_button: str
    no_script: str
    no_passkeys: str
    cancelled: str
    working: str
    invited_title: str
    invited: str
    invited_hint: str
    invited_button: str
    gone_title: str
    gone: str
    touch_title: str
    touch: str
    touch_button: str
    hello: str
    you_are: str
    may_title: str
    two_title: str
    two: str
    two_link: str
    passkeys: str
    passkey_times: str
    unknown_device: str
    add_passkey: str
    add_hint: str
    remove: str
    remove_hint: str
    no_passkey: str
    sessions: str
    session_times: str
    this_session: str
    end_session: str
    no_session: str
    sign_out_everywhere: str
    everywhere_hint: str
    choose: str
    invite_title: str
    invite_hint: str
    name: str
    role: str
    invite_button: str
    link_title: str
    link_hint: str
    link: str
    invitations: str
    until: str
    withdraw: str
    passkey_count: str
    last_seen: str
    never_seen: str
    dismissed: str
    you: str
    back_to_staff: str
    change_role: str
    change_hint: str
    dismiss_title: str
    dismiss_hint: str
    dismiss_button: str
    again_title: str
    again_hint: str
    again_button: str
    to_start: str
    weekly: WeeklyWords
    find: FindWords
    friends: FriendWords
    card: CardWords
    person: PersonWords
    head: HeadWords
    acts: ActWords
    counter: CounterWords
    telephone: TelephoneWords
    today: TodayWords
    groups: GroupWords
    campaigns: CampaignWords
    results: ResultWords
    forecast: ForecastWords
    connections: ConnectionWords
    surveys: SurveyWords
    devices: DeviceWords
    till: TillWords
    privacy: PrivacyWords
    roles: Mapping[str, str]
    role_hints: Mapping[str, str]
    rights: Mapping[str, str]
    problems: Mapping[str, str]
    reasons: Mapping[str, str]


def find_desk_words(language: str) -> DeskWords:
    """Return the words in that language; KeyError where there is none."""
    return find_words(language, "desk", DeskWords)


def list_switches() -> list[Interface]:
    """Return the languages of the desk, in one order on every page."""
    return [find_interface(each) for each in list_languages()]
