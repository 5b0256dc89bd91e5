"""One frozen Settings object, read from the environment once per run and passed down.

Every field is a variable: group and field joined to PODLOOM_LLM_BASE_URL, PODLOOM_CACHE_REDIS_URL, ...
An `.env` file is not read: what starts a run decides its environment.
"""

from podloom.settings.environment import Settings, load_settings
from podloom.settings.group import Group
from podloom.settings.keeping import CacheSettings
from podloom.settings.publishing import AudioSettings, FeedSettings, ListeningSettings
from podloom.settings.running import LimitSettings, ReviewSettings, RunSettings, WebhookSettings
from podloom.settings.speech import SpeechServerSettings, SpeechSettings
from podloom.settings.watching import AlertSettings, MetricsSettings
from podloom.settings.writing import LLMSettings

__all__ = [
    "AlertSettings",
    "AudioSettings",
    "CacheSettings",
    "FeedSettings",
    "Group",
    "LLMSettings",
    "LimitSettings",
    "ListeningSettings",
    "MetricsSettings",
    "ReviewSettings",
    "RunSettings",
    "Settings",
    "SpeechServerSettings",
    "SpeechSettings",
    "WebhookSettings",
    "load_settings",
]
