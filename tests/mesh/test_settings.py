"""Settings come from the environment, are right or refused, and say where each server is."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from mesh.settings import Settings, Urgency
from tests.fakes import settings
from workers.process import read_settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_with_nothing_set_everything_is_on_this_machine() -> None:
    found = Settings()
    assert found.temporal_target == "127.0.0.1:7233"
    assert found.temporal_ui == "http://127.0.0.1:8233"
    assert found.nats_target == "nats://127.0.0.1:4222"
    assert found.redis_target == "redis://127.0.0.1:6379/0"
    assert found.database_target == "sqlite+aiosqlite:///.mesh/history.db"
    assert found.gateway_url == "http://127.0.0.1:8000"
    assert found.shop_targets == {
        "customers": "http://127.0.0.1:8001",
        "orders": "http://127.0.0.1:8002",
        "tracking": "http://127.0.0.1:8003",
    }
    assert found.llm_model is None


def test_an_address_goes_before_a_port() -> None:
    found = settings(
        temporal_address="t:1", nats_url="nats://n:2", redis_url="redis://r:3/1", database_url="postgresql+asyncpg://d",
        customers_url="http://c", orders_url="http://o", tracking_url="http://t", temporal_port=9, nats_port=9,
    )  # fmt: skip
    assert (found.temporal_target, found.nats_target, found.redis_target) == ("t:1", "nats://n:2", "redis://r:3/1")
    assert found.database_target == "postgresql+asyncpg://d"
    assert found.shop_targets == {"customers": "http://c", "orders": "http://o", "tracking": "http://t"}


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("NATS_PORT=1111\nVALKEY_PORT=2222\nUNKNOWN_THING=3\n")
    monkeypatch.setenv("NATS_PORT", "3333")
    found = Settings()
    assert (found.nats_port, found.valkey_port, found.gateway_port) == (3333, 2222, 8000)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATS_URL", "")
    monkeypatch.setenv("LLM_MODEL", "")
    found = Settings()
    assert found.nats_target == "nats://127.0.0.1:4222"
    assert found.llm_model is None


@pytest.mark.parametrize(
    "wrong", [{"actor_slots": 0}, {"llm_timeout": 0}, {"nats_port": "many"}, {"log_level": "LOUD"}, {"session_ttl": -1}]
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        settings(**wrong)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings().nats_port = 1  # type: ignore[misc]


def test_the_key_is_never_shown() -> None:
    found = settings(llm_api_key="sk-secret")
    assert "sk-secret" not in repr(found)
    assert "sk-secret" not in found.model_dump_json()


@pytest.mark.parametrize(
    ("urgency", "seconds"), [("critical", 900), ("high", 3_600), ("medium", 14_400), ("low", 86_400)]
)
def test_the_more_urgent_the_sooner_a_person_must_answer(urgency: Urgency, seconds: float) -> None:
    assert settings().human_deadline(urgency) == seconds
    assert settings(**{f"human_deadline_{urgency}": 7}).human_deadline(urgency) == 7


def test_a_process_with_a_wrong_setting_ends_and_names_it_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATS_PORT", "pa55word")
    with pytest.raises(SystemExit) as ended:
        read_settings()
    assert "a setting does not fit: nats_port:" in str(ended.value)
    assert "pa55word" not in str(ended.value)


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_tier_of_the_customer_changes_how_long_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().human_deadline("high", "vip") == settings().human_deadline("high") / 2
    assert settings().human_deadline("high", "standard") == settings().human_deadline("high")
    monkeypatch.setenv("HUMAN_DEADLINE_TIER_FACTORS", '{"gold": 0.25}')
    assert Settings(_env_file=None).human_deadline("low", "gold") == settings().human_deadline("low") / 4
    with pytest.raises(ValidationError, match="human_deadline_tier_factors"):
        settings(human_deadline_tier_factors={"vip": 0})


def test_messages_ride_when_it_is_switched_on_and_no_model_is_asked() -> None:
    assert not settings().rides
    assert settings(mesh_riding=True).rides
    assert not settings(mesh_riding=True, llm_model="some/model").rides
