"""The table `[vectors]` of the settings: the model that makes vectors of papers."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from reader.core.addresses import is_local, is_loopback
from reader.core.settings.types import Boolean, InvalidValue, SettingType, Text, setting, split_address

MODEL_LIMIT = 300
"""Maximum characters of a model's name, and of what is put before a text."""


class EmbeddingsAddress(SettingType):
    """The address of a server; it has neither a password nor parameters. Empty for none."""

    about = "an http or https address, or nothing"

    def convert(self, value: object) -> object | None:
        if value == "":
            return ""
        text, parts = split_address(value, "http")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise InvalidValue("may have neither a password nor parameters; a key goes into the environment")
        return text


ONE_LINE = Text(
    f"a text of at most {MODEL_LIMIT} characters", lambda text: text.isprintable() and len(text) <= MODEL_LIMIT
)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Which model makes vectors of papers, by which free texts find them too."""

    model: str = setting(ONE_LINE, "")
    """The server's name for it; without a server, the folder of a static model, or its name on the hub, such as
    "minishlab/potion-base-8M", once "dailypapers vectors fetch" has it. Empty is off: all vectors are deleted."""
    server: str = setting(EmbeddingsAddress(), "")
    """Address of a server of your own that has /v1/embeddings, such as "http://localhost:11434". It gets titles and
    abstracts, what you type after ~, and a key if DAILYPAPERS_VECTORS_KEY is set."""
    allow_remote: bool = setting(Boolean(), False)
    """Allow a server that is not on this machine: by https, or on your own network by its IP address."""
    before_paper: str = setting(ONE_LINE, "")
    """Text that the model expects before a paper, such as "search_document: "."""
    before_query: str = setting(ONE_LINE, "")
    """Text that it expects before a search, such as "search_query: "."""

    @property
    def is_on(self) -> bool:
        """Whether there are to be vectors."""
        return bool(self.model.strip())

    @property
    def is_static(self) -> bool:
        """Whether a static model on this machine makes them."""
        return not self.server

    def trouble(self) -> str:
        """What is wrong with settings that are each allowed, as a sentence; empty if nothing is."""
        if self.server and not self.is_on:
            return "Name the model too that the server uses: 'dailypapers config set vectors.model NAME'."
        parts = urlsplit(self.server)
        host = parts.hostname or ""
        if not self.server or is_loopback(host):
            return ""
        if not self.allow_remote:
            asked = f"{host} is not this machine, so it was not asked for vectors"
            return f"{asked}: 'dailypapers config set vectors.allow_remote true' allows it."
        if parts.scheme == "http" and not is_local(host):
            return f"{host} is asked for vectors by https alone; on your own network, name it by its IP address."
        return ""
