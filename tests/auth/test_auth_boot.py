"""An unsafe configuration is not started, and the refusal says how to put it right (threats.md §6, 11 and 66)."""

import httpx
import pytest

from onering.auth.boot import UnsafeConfiguration, check, hs256_secret
from onering.auth.composition import build
from onering.settings import Environment, Settings
from tests.auth.conftest import no_registrar

CLERK = {"clerk_issuer": "https://clerk.example.com", "clerk_authorized_parties": ("https://app.example.com",)}
PRODUCTION = {"env": Environment.PRODUCTION, **CLERK}
STAGING = {"env": Environment.STAGING, **CLERK}
SECRET = "s" * 32


def findings(development_secret=None, **settings):
    with pytest.raises(UnsafeConfiguration) as caught:
        check(Settings(**settings), development_secret=development_secret)
    assert str(caught.value) == "\n".join(caught.value.findings)
    return str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"env": Environment.TEST},
        {"host": "localhost"},
        {"host": "::1"},
        {"host": "0.0.0.0", "unsafe_local": True},
        {"clerk_issuer": "http://127.0.0.1:4000"},
        PRODUCTION,
        STAGING,
        {**PRODUCTION, "host": "0.0.0.0"},
        {"env": Environment.PRODUCTION, "hs256": True, "hs256_secret": SECRET},
        {**PRODUCTION, "clerk_jwks_url": "https://clerk.example.com/keys"},
    ],
)
def test_a_safe_configuration_starts(settings):
    check(Settings(**settings), development_secret=None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", ""])
def test_local_refuses_to_listen_beyond_loopback(host):
    assert "ONERING_UNSAFE_LOCAL=1" in findings(host=host)


@pytest.mark.parametrize("env", list(Environment))
@pytest.mark.parametrize("secret", ["", "s" * 31, "é" * 15])
def test_11_a_short_secret_is_refused_everywhere(env, secret):
    assert "openssl rand -hex 32" in findings(**PRODUCTION | {"env": env, "hs256_secret": secret})


@pytest.mark.parametrize("env", list(Environment))
@pytest.mark.parametrize("name", ["invite_secret", "metrics_token"])
def test_no_other_secret_is_short_either(env, name):
    settings = PRODUCTION | {"env": env}
    assert f"ONERING_{name.upper()} is shorter" in findings(**settings, **{name: "s" * 31})
    check(Settings(**settings, **{name: SECRET}), development_secret=None)


def test_66_development_switches_are_refused_outside_local():
    for profile in (PRODUCTION, STAGING):
        assert "ONERING_UNSAFE_LOCAL" in findings(**profile, unsafe_local=True)
        assert "Development tokens" in findings(**profile, development_secret=b"d" * 32)


@pytest.mark.parametrize("env", [Environment.STAGING, Environment.PRODUCTION])
def test_an_environment_that_nobody_could_sign_in_to_is_refused(env):
    assert "CLERK_ISSUER" in findings(env=env)


def test_production_without_the_switch_has_no_hs256_issuer():
    assert "ONERING_HS256=1" in findings(env=Environment.PRODUCTION, hs256_secret=SECRET)
    assert hs256_secret(Settings(**PRODUCTION, hs256_secret=SECRET)) is None
    assert hs256_secret(Settings(**STAGING, hs256_secret=SECRET)) == SECRET.encode()


def test_clerks_secret_key_signs_nothing_unless_the_switch_is_on():
    key = "sk_test_" + "k" * 32
    assert hs256_secret(Settings(**STAGING, clerk_secret_key=key)) is None
    assert hs256_secret(Settings(**STAGING, clerk_secret_key=key, hs256=True)) == key.encode()
    assert hs256_secret(Settings(**STAGING, clerk_secret_key=key, hs256=True, hs256_secret=SECRET)) == SECRET.encode()
    assert "CLERK_SECRET_KEY is shorter" in findings(**STAGING, clerk_secret_key="sk_test_1", hs256=True)


def test_hs256_without_any_secret_is_refused():
    assert "without a secret" in findings(**PRODUCTION, hs256=True)


@pytest.mark.parametrize("issuer", ["", "onering:local"])
def test_the_hs256_issuer_has_a_name_of_its_own(issuer):
    assert "ONERING_HS256_ISSUER" in findings(hs256_issuer=issuer)


@pytest.mark.parametrize("env", list(Environment))
def test_a_publishable_key_that_is_none_is_refused_and_not_repeated(env):
    told = findings(**PRODUCTION | {"env": env}, clerk_publishable_key="sk_live_hunter2")
    assert ("NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY" in told, "hunter2" in told) == (True, False)
    check(Settings(clerk_publishable_key="pk_test_aC5jbGVyay5hY2NvdW50cy5kZXYk"), development_secret=None)


@pytest.mark.parametrize("env", [Environment.STAGING, Environment.PRODUCTION])
def test_clerk_without_authorized_parties_is_refused_where_it_counts(env):
    assert "CLERK_AUTHORIZED_PARTIES" in findings(env=env, clerk_issuer="https://clerk.example.com")
    check(Settings(env=Environment.TEST, clerk_issuer="https://clerk.example.com"), development_secret=None)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://clerk.example.com",
        "https://clerk.example.com/",
        "https://clerk.example.com/path",
        "https://Clerk.example.com",
        "https://u:p@clerk.example.com",
        "https://clerk.example.com?x=1",
        "https://clerk.example.com:99999999",
        "clerk.example.com",
        "https://",
    ],
)
def test_a_clerk_issuer_that_is_no_exact_https_origin_is_refused(issuer):
    assert "CLERK_ISSUER" in findings(**PRODUCTION | {"clerk_issuer": issuer})


@pytest.mark.parametrize("url", ["http://clerk.example.com/keys", "file:///etc/passwd", "keys", "https://[::1/keys"])
def test_keys_come_over_https(url):
    assert "CLERK_JWKS_URL" in findings(**PRODUCTION, clerk_jwks_url=url)


def test_plain_http_keys_are_for_this_machine_while_developing():
    local = {"clerk_issuer": "http://127.0.0.1:4000"}
    assert "CLERK_ISSUER" in findings(**PRODUCTION | local)
    assert "CLERK_ISSUER" in findings(clerk_issuer="http://clerk.example.com")


@pytest.mark.parametrize("name", ["allowed_origins", "clerk_authorized_parties"])
@pytest.mark.parametrize(
    "origin", ["*", "https://*.example.com", "app.example.com", "https://app.example.com/", "null"]
)
def test_an_origin_that_is_not_exact_is_refused(name, origin):
    assert "exact origins" in findings(**{name: (origin,)})


def test_production_lists_https_origins_only():
    assert "https origins only" in findings(**PRODUCTION, allowed_origins=("http://app.example.com",))
    check(Settings(allowed_origins=("http://localhost:3000",)), development_secret=None)


def test_soft_age_above_hard_age_is_refused():
    assert "ONERING_JWKS_SOFT_SECONDS" in findings(jwks_soft_seconds=10, jwks_hard_seconds=5)


def test_everything_wrong_is_said_at_once():
    assert len(findings(env=Environment.PRODUCTION, unsafe_local=True, hs256_secret="s").splitlines()) == 3


def test_sign_in_is_not_built_from_an_unsafe_configuration():
    settings = Settings(env=Environment.PRODUCTION)
    with pytest.raises(UnsafeConfiguration):
        build(settings, registrar=no_registrar, http_client=httpx.AsyncClient())


def test_no_secret_shows_in_a_refusal():
    assert "hunter2" not in findings(**PRODUCTION, hs256_secret="hunter2")


def test_lists_are_comma_separated_in_the_environment(monkeypatch):
    monkeypatch.setenv("ONERING_ALLOWED_ORIGINS", "https://a.example, https://b.example,")
    monkeypatch.setenv("CLERK_AUTHORIZED_PARTIES", "https://a.example")
    monkeypatch.setenv("CLERK_ISSUER", "")
    settings = Settings()
    assert settings.allowed_origins == ("https://a.example", "https://b.example")
    assert settings.clerk_authorized_parties == ("https://a.example",)
    assert settings.clerk_issuer is None


@pytest.mark.parametrize(
    "name", ["data", "page", "clerk_secret_key", "clerk_issuer", "clerk_publishable_key", "clerk_jwks_url"]
)
def test_a_variable_that_is_empty_is_unset(monkeypatch, name):
    field = Settings.model_fields[name]
    monkeypatch.setenv(str(field.validation_alias or f"ONERING_{name.upper()}"), "")
    assert getattr(Settings(), name) is None


@pytest.mark.parametrize(
    ("settings", "home", "others"),
    [
        ({"env": Environment.TEST, **CLERK}, "onering:local", {"https://clerk.example.com": "clerk|x"}),
        ({**PRODUCTION, "hs256": True, "hs256_secret": SECRET}, CLERK["clerk_issuer"], {"onering:hs256": "hs256|x"}),
        ({"env": Environment.PRODUCTION, "hs256": True, "hs256_secret": SECRET}, "onering:hs256", {}),
        ({**PRODUCTION}, CLERK["clerk_issuer"], {"onering:local": "onering:local|x"}),
    ],
)
def test_the_home_issuer_is_the_local_one_while_developing_else_the_first_configured(settings, home, others):
    auth = build(Settings(**settings), registrar=no_registrar, http_client=httpx.AsyncClient())
    assert auth.principal(home, "x") == "x"
    for issuer, name in others.items():
        assert auth.principal(issuer, "x") == name


def test_only_a_rehearsal_has_a_clock_of_its_own() -> None:
    check(Settings(env=Environment.TEST, clock_ahead_hours=2), development_secret=b"s" * 32)
    for env in set(Environment) - {Environment.TEST}:
        assert "ONERING_CLOCK_AHEAD_HOURS" in findings(env=env, clock_ahead_hours=2)
