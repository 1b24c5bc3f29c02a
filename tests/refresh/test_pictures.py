"""Pictures are fetched from where the user allows it, or refused in plain words."""

from __future__ import annotations

import pytest

from reader.config import Settings
from reader.core.errors import FeedMalformed, FeedOffline, FeedRefused, NoPicture
from reader.feeds.http import Limits
from reader.refresh.pictures import fetch_picture
from tests.feed_server import FeedServer

ADDRESS = "https://arxiv.org/html/2605.00001/x1.png"


async def test_a_picture_of_arxiv_comes_from_its_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.refresh.pictures._LIMITS", Limits(attempts=1))
    with FeedServer() as feed:
        settings, environ = Settings(endpoint=feed.url), {"ARXIV_ENDPOINT": feed.url}
        feed.pages |= {"/html/2605.00001/x1.png": b"picture", "/html/2605.00001/x3.png": b""}
        assert await fetch_picture(ADDRESS, settings, environ) == b"picture"
        with pytest.raises(NoPicture, match="does not have this picture"):
            await fetch_picture(ADDRESS.replace("x1", "x2"), settings, environ)
        with pytest.raises(FeedMalformed, match="sent an empty picture"):
            await fetch_picture(ADDRESS.replace("x1", "x3"), settings, environ)
        with pytest.raises(FeedRefused, match=r"cdn\.example is not asked while the feed is on this machine"):
            await fetch_picture("https://cdn.example/a.png", settings, environ)


async def test_a_page_can_not_lead_into_the_users_network_nor_past_offline_mode() -> None:
    with FeedServer() as feed:
        with pytest.raises(FeedRefused, match="on this machine or its network"):
            await fetch_picture(f"{feed.url}/a.png", Settings(), {})
        assert feed.requests == []
    with pytest.raises(FeedOffline):
        await fetch_picture(ADDRESS, Settings(), {"HF_HUB_OFFLINE": "1"})
