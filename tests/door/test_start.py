"""How a container of the door starts where something is missing: it answers 503, and never fails to start."""

import pytest

from chalicelib.config import current_settings, read_settings
from chalicelib.door import open_door
from chalicelib.errors import TryAgainLaterError
from chalicelib.functions.quota import may_send
from chalicelib.routes.registration import warm_up
from tests.builders.api import start_container


@pytest.fixture
def deployed(monkeypatch):
    """Return a function that starts a container as Lambda does, with this environment."""

    def start(**environ):
        for name, value in {"AWS_LAMBDA_FUNCTION_NAME": "door", **environ}.items():
            monkeypatch.setenv(name, value)
        current_settings.cache_clear()
        start_container()

    yield start
    monkeypatch.undo()
    current_settings.cache_clear()
    start_container()


def test_a_stage_without_an_address_has_no_loopback_links():
    assert read_settings({}).public_url == "http://127.0.0.1:8000"
    assert read_settings({"AWS_LAMBDA_FUNCTION_NAME": "door"}).public_url == ""
    address = "https://forms.shop.example"
    assert read_settings({"AWS_LAMBDA_FUNCTION_NAME": "door", "PUBLIC_URL": address}).public_url == address


def test_a_door_that_does_not_know_its_address_asks_to_come_again_and_starts(deployed, caplog):
    deployed()
    with pytest.raises(TryAgainLaterError):
        open_door()
    warm_up()
    assert [record.msg for record in caplog.records if record.name.endswith("registration")] == ["door_unready"]


def test_a_door_without_parameters_starts(deployed, cloud, caplog):
    ssm = cloud.environ["AWS_ENDPOINT_URL_SSM"]
    deployed(PUBLIC_URL="https://forms.shop.example", STAGE="nobody-wrote-parameters", AWS_ENDPOINT_URL_SSM=ssm)
    warm_up()
    assert "door_unready" in [record.msg for record in caplog.records]
    assert open_door().settings.public_url == "https://forms.shop.example"


def test_a_door_starts_while_ssm_is_down(deployed, caplog):
    deployed(PUBLIC_URL="https://forms.shop.example", AWS_ENDPOINT_URL_SSM="http://127.0.0.1:9")
    warm_up()
    assert "door_unready" in [record.msg for record in caplog.records]
    assert open_door().settings.public_url == "https://forms.shop.example"


def test_no_mail_goes_out_while_links_would_lead_nowhere(shop, caplog):
    services = shop.services()
    services.settings = services.settings.model_copy(update={"public_url": ""})
    assert may_send(services, "send_mails") is False
    assert "public_url_lacking" in [record.msg for record in caplog.records]
