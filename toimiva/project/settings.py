"""Settings. Whatever an installation may set comes from the environment; docs/reference/settings.md names every one."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE = Path(__file__).resolve().parent.parent.parent
HOME = Path(os.environ.get("TOIMIVA_HOME") or BASE / "var").resolve()
HOME.mkdir(parents=True, exist_ok=True)
CITY_FOLDERS = [
    *(Path(part) for part in os.environ.get("TOIMIVA_CITIES", "").split(os.pathsep) if part),
    BASE / "cities",
]

PRODUCTION = os.environ.get("TOIMIVA_PRODUCTION") == "1"
DEBUG = False


def _secret(name: str) -> str:
    """A secret of the environment, or of the file that <name>_FILE names, as containers are given them."""
    file = os.environ.get(f"{name}_FILE", "")
    return Path(file).read_text(encoding="utf-8").strip() if file else os.environ.get(name, "")


def _secret_key() -> str:
    """From the environment; outside production a key of this home's own, readable by its owner only."""
    given = _secret("TOIMIVA_SECRET_KEY")
    if given or PRODUCTION:
        return given
    path = HOME / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def _database() -> dict[str, object]:
    """SQLite in WAL mode under the home, or the PostgreSQL of TOIMIVA_DATABASE_URL."""
    url = urlsplit(_secret("TOIMIVA_DATABASE_URL"))
    if url.scheme in ("postgres", "postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql", "NAME": url.path.lstrip("/"),
            "HOST": unquote(url.hostname or ""), "PORT": url.port or "",
            "USER": unquote(url.username or ""), "PASSWORD": unquote(url.password or ""),
            "OPTIONS": dict(parse_qsl(url.query)),
        }  # fmt: skip
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "toimiva.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA cache_size=-131072; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
            ),
        },
    }


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = [key for key in _secret("TOIMIVA_SECRET_KEY_FALLBACKS").split(",") if key]
LINK_KEY = _secret("TOIMIVA_LINK_KEY") or SECRET_KEY
PSEUDONYM_KEY = _secret("TOIMIVA_PSEUDONYM_KEY")
IDENTITY_KEYS = _secret("TOIMIVA_IDENTITY_KEYS").split(",")
# Keys that sign the ledger's daily roots, newest first; and the public keys of its witnesses.
LEDGER_KEYS = _secret("TOIMIVA_LEDGER_KEYS").split(",")
LEDGER_WITNESSES = os.environ.get("TOIMIVA_LEDGER_WITNESSES", "").split(",")
# A thread keeps its connection: opening one for each request costs more than most pages do.
DATABASES = {"default": _database() | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}
ALLOWED_HOSTS = os.environ.get("TOIMIVA_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
SITE_URL = os.environ.get("TOIMIVA_SITE_URL", "http://localhost:8000")

GATEWAYS = {
    "sms": os.environ.get("TOIMIVA_SMS_GATEWAY", "phone"),
    "email": os.environ.get("TOIMIVA_EMAIL_GATEWAY", "phone"),
    "letter": os.environ.get("TOIMIVA_LETTER_GATEWAY", "letter"),
}
SMS_SENDER = os.environ.get("TOIMIVA_SMS_SENDER", "Helsinki")
SMS_PER_SECOND = int(os.environ.get("TOIMIVA_SMS_PER_SECOND", "100"))
HTTP_GATEWAY_URL = os.environ.get("TOIMIVA_HTTP_GATEWAY_URL", "")
HTTP_GATEWAY_SECRET = _secret("TOIMIVA_HTTP_GATEWAY_SECRET")
SMPP_HOST = os.environ.get("TOIMIVA_SMPP_HOST", "127.0.0.1")
SMPP_PORT = int(os.environ.get("TOIMIVA_SMPP_PORT", "2775"))
SMPP_USER = os.environ.get("TOIMIVA_SMPP_USER", "")
SMPP_PASSWORD = _secret("TOIMIVA_SMPP_PASSWORD")
SMTP_HOST = os.environ.get("TOIMIVA_SMTP_HOST", "127.0.0.1")
SMTP_PORT = int(os.environ.get("TOIMIVA_SMTP_PORT", "25"))
SMTP_USER = os.environ.get("TOIMIVA_SMTP_USER", "")
SMTP_PASSWORD = _secret("TOIMIVA_SMTP_PASSWORD")
MAIL_SENDER = os.environ.get("TOIMIVA_MAIL_SENDER", "palvelu@kaupunki.invalid")
REGISTER_TOKEN = _secret("TOIMIVA_REGISTER_TOKEN")
SENSORS_TOKEN = _secret("TOIMIVA_SENSORS_TOKEN")
OPEN_SENSORS = os.environ.get("TOIMIVA_OPEN_SENSORS", "0" if PRODUCTION else "1") == "1"
# Staff pages without sign-in, for demonstration and development; `toimiva check` refuses it in production.
OPEN_STAFF_PAGES = os.environ.get("TOIMIVA_OPEN_STAFF_PAGES", "0" if PRODUCTION else "1") == "1"


def _issuer(kind: str, scope: str, levels: str) -> dict[str, Any]:
    """An OpenID issuer of the environment; outside production the site's own, if none is given."""
    start = f"TOIMIVA_{kind.upper()}_"
    given = os.environ.get(f"{start}ISSUER", "")
    return {
        "issuer": given or DEVELOPMENT_ISSUER, "client": os.environ.get(f"{start}CLIENT", kind),
        "secret": _secret(f"{start}SECRET"), "scope": os.environ.get(f"{start}SCOPE", scope),
        "levels": os.environ.get(f"{start}LEVELS", levels).split(), "claim": os.environ.get(f"{start}CLAIM", ""),
    }  # fmt: skip


def _groups() -> dict[str, tuple[str, ...]]:
    """Roles by the issuer's groups: `desk-workers=desk,offers planners=rounds,strategy`."""
    pairs = (part.split("=", 1) for part in os.environ.get("TOIMIVA_STAFF_GROUPS", "").split())
    return {group: tuple(roles.split(",")) for group, roles in pairs}


DEVELOPMENT_ISSUER = "" if PRODUCTION else f"{SITE_URL}/development-issuer"
if PRODUCTION and os.environ.get("TOIMIVA_DEVELOPMENT_ISSUER") == "1":
    raise ImproperlyConfigured("The development issuer lets anyone be anyone: unset TOIMIVA_DEVELOPMENT_ISSUER.")
EIDAS = "http://eidas.europa.eu/LoA/substantial http://eidas.europa.eu/LoA/high"
ISSUERS: dict[str, dict[str, Any]] = {
    "resident": _issuer("resident", "openid profile", EIDAS),
    "official": _issuer("official", "openid profile", ""),
}
ISSUERS["resident"]["claim"] = ISSUERS["resident"]["claim"] or "national_identification_number"
STAFF_GROUPS = _groups() | (
    {} if PRODUCTION else {"everything": ("rounds", "desk", "design", "offers", "strategy", "review", "corrections")}
)
# Tokens with which other services of the city ask on a resident's behalf (Helsinki's profile: the GDPR API).
GDPR_API = {
    "issuer": os.environ.get("TOIMIVA_GDPR_ISSUER", ""), "audience": os.environ.get("TOIMIVA_GDPR_AUDIENCE", SITE_URL),
    "field": os.environ.get("TOIMIVA_GDPR_FIELD", "https://api.hel.fi/auth"),
    "query": os.environ.get("TOIMIVA_GDPR_QUERY_SCOPE", "gdprquery"),
    "delete": os.environ.get("TOIMIVA_GDPR_DELETE_SCOPE", "gdprdelete"),
}  # fmt: skip
# From one address, in each web process; and how many proxies stand before the site, that is which address is meant.
REQUESTS_PER_MINUTE = int(os.environ.get("TOIMIVA_REQUESTS_PER_MINUTE", "6000" if PRODUCTION else "600000"))
GUESSES_PER_TEN_MINUTES = int(os.environ.get("TOIMIVA_GUESSES_PER_TEN_MINUTES", "60"))
# The sensors' MQTT broker: mqtt://[user:password@]host[:port], or embedded:[host]:[port]. `serve` goes there.
MQTT = _secret("TOIMIVA_MQTT")
# LoRaWAN network servers to which downlinks are given: address and key.
NETWORK_SERVERS = {
    name: (os.environ[f"TOIMIVA_{name.upper()}_URL"].rstrip("/"), _secret(f"TOIMIVA_{name.upper()}_KEY"))
    for name in ("ttn", "chirpstack")
    if os.environ.get(f"TOIMIVA_{name.upper()}_URL")
}
# Days that observations stay in the database before they move into the lake, and that they are kept; 0: always.
OBSERVATIONS_LIVE_DAYS = int(os.environ.get("TOIMIVA_OBSERVATIONS_LIVE_DAYS", "0"))
OBSERVATIONS_KEPT_DAYS = int(os.environ.get("TOIMIVA_OBSERVATIONS_KEPT_DAYS", "0"))
# Plans of developers' keys: requests a minute and a day, the same for all web processes together.
API_PLANS = {
    name: (int(limits.split("/")[0]), int(limits.split("/")[1]))
    for name, _, limits in (
        part.partition("=")
        for part in os.environ.get("TOIMIVA_API_PLANS", "standard=12000/1000000,large=60000/10000000").split(",")
    )
}
PROXIES = int(os.environ.get("TOIMIVA_PROXIES", "0"))
BACKUP_RECIPIENT = os.environ.get("TOIMIVA_BACKUP_RECIPIENT", "")
DELIVERY_MOST_BYTES = int(os.environ.get("TOIMIVA_DELIVERY_MOST_MB", "1024")) * 1_000_000
SIGN_IN_IDLE = timedelta(minutes=int(os.environ.get("TOIMIVA_SIGN_IN_IDLE_MINUTES", "30")))
SIGN_IN_LONGEST = timedelta(hours=int(os.environ.get("TOIMIVA_SIGN_IN_LONGEST_HOURS", "10")))

INSTALLED_APPS = [
    "toimiva.project",
    *(f"toimiva.capabilities.{name}" for name in (
        "services", "cases", "placement", "offers", "decisions", "reports", "rounds", "desk", "design", "strategy",
        "applications", "profile", "air", "bikes", "buses", "datasets", "developers", "devices", "lineage", "proposals",
        "sensors", "sharing", "status", "synthetic_city", "twin", "watches", "webhooks",
    )),
    *(f"toimiva.core.{name}" for name in (
        "city", "lake", "ledger", "registers", "geography", "purposes", "people", "channels", "identity", "retention",
        "idempotency", "jobs", "publishing", "ui",
    )),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
]  # fmt: skip
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "toimiva.core.ui.headers.SecurityHeaders",
    "toimiva.project.limits.Limits",
    "toimiva.capabilities.developers.gatekeeping.ApiKeys",
    "toimiva.capabilities.developers.changes.Sunsets",
    "toimiva.project.manners.Manners",
    "toimiva.core.ui.problems.Problems",
    "toimiva.project.access.Access",
]
ROOT_URLCONF = "toimiva.project.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "toimiva.core.ui.context.site",
            ],
        },
    },
]

NINJA_PAGINATION_PER_PAGE, NINJA_PAGINATION_MAX_LIMIT = 100, 1000

LANGUAGE_CODE = "fi"
LANGUAGES = [("fi", "Suomi"), ("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [BASE / "toimiva" / "core" / "ui" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Helsinki"

STATIC_URL = "/static/"
VENDOR = BASE / "node_modules"
STATICFILES_DIRS = [
    (name, VENDOR / folder)
    for name, folder in (
        ("hds", "hds-core/lib"),
        ("htmx", "htmx.org/dist"),
        ("htmx-sse", "htmx-ext-sse/dist"),
        ("font", "@fontsource-variable/open-sans"),
        ("dmn-js", "dmn-js/dist"),
        ("maplibre", "maplibre-gl/dist"),
        ("cesium", ".bundled"),
        ("cesium/Assets", "@cesium/engine/Source/Assets"),
        ("cesium/ThirdParty", "@cesium/engine/Source/ThirdParty"),
        ("cesium/Workers", "@cesium/engine/Build/Workers"),
    )
    if (VENDOR / folder).exists()
]
WHITENOISE_USE_FINDERS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    ("__Host-session", "__Host-csrftoken") if PRODUCTION else ("sessionid", "csrftoken")
)
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = PRODUCTION, True, "Lax"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT, SECURE_REDIRECT_EXEMPT = PRODUCTION, [r"^api/"]  # a program is refused, not led on
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SILENCED_SYSTEM_CHECKS = ["models.W042"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "toimiva": {"handlers": ["stderr"], "level": os.environ.get("TOIMIVA_LOG_LEVEL", "WARNING")},
        "django.request": {"handlers": ["stderr"], "level": "ERROR"},
    },
}
