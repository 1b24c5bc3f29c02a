"""The client of Hugging Face's daily papers, and the parser of its records.

Parsing is lenient. A key that is absent, null or of an unexpected type counts as missing; a record without an arXiv id
or title is skipped with a reason; only a response that is not a list of records is an error. Comments come
in a flat list or with nested replies; both are read.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import unescape
from itertools import islice
from typing import NamedTuple

from reader.core.community import KINDS, Comment, Kind, Repository
from reader.core.dates import iso_day, utc_stamp
from reader.core.errors import FeedMalformed
from reader.core.foreign import ADDRESS_LIMIT, count, web_url
from reader.core.ids import ACCOUNT, arxiv_id, in_address, is_arxiv_id
from reader.core.paper import Draft, Listing, SkippedRecord
from reader.core.text import BLOCK_LIMIT, LINE_LIMIT, clean, fold
from reader.feeds import safe
from reader.feeds.http import AsyncCloser, Client, HttpRefused, Response, Validators
from reader.feeds.safe import UnreadableJson, as_list, as_mapping, as_text, parse_json

PAGE_SIZE = 100
"""Papers per page, the maximum that the feed allows."""

_MAX_SEARCH_LENGTH = 250
"""Maximum characters of a search text that the feed accepts."""

_MAX_PAGES = 50
"""Maximum pages of a list; several times the busiest month."""

_NEXT_LINK = re.compile(r';\s*rel\s*=\s*"?next\b', re.IGNORECASE)


class _Page(NamedTuple):
    items: list[object]
    has_next: bool
    validator: str | None = None
    is_unchanged: bool = False


class HuggingFaceClient(AsyncCloser):
    """The daily papers feed, one request at a time; its methods raise FeedError.

        async with HuggingFaceClient(Client.for_feed(settings, environ)) as feed:
            (listing,) = await feed.day("2026-05-11")

    Close the client in the event loop that used it.
    """

    def __init__(self, http: Client, validators: Mapping[str, str] | None = None) -> None:
        """`validators` are the ETags of stored days by ISO day; these days are requested conditionally."""
        self._http = http
        self._validators = validators or {}
        self.host = http.host
        """Name of the feed's host, for messages."""

    async def aclose(self) -> None:
        await self._http.aclose()

    async def day(self, day: str) -> tuple[Listing, ...]:
        """All papers of one day (ISO); that day's listing comes first and may be empty.

        A record of another day goes into a further listing for that day. If any page fails, the whole day fails.
        """
        pages = [page async for page in self._pages({"date": day}, validator=self._validators.get(day))]
        if any(page.is_unchanged for page in pages):
            return (Listing(day, (), is_unchanged=True),)
        first, *others = listings([item for page in pages for item in page.items], day)
        # Without a validator if records were skipped, or for a full page, whose ETag does not cover the next pages.
        validator = pages[0].validator if len(pages[0].items) < PAGE_SIZE and not first.skipped else None
        return (first._replace(validator=validator), *others)

    async def trending(self) -> tuple[Listing, ...]:
        """The trending papers in the feed's order, one listing with its day for each paper."""
        items = [item async for page in self._pages({"sort": "trending"}, max_pages=1) for item in page.items]
        return tuple(listing for item in items for listing in listings([item], None))

    async def paper(self, id: str) -> Listing | None:
        """One paper by its arXiv id, in a listing of its day; None if the feed does not have it."""
        page = await self.page(id)
        return page and page.listing

    async def page(self, id: str) -> PaperPage | None:
        """A paper with its comments and linked repositories, by its arXiv id; None if the feed does not have it."""
        if not is_arxiv_id(id):
            return None

        def parse(response: Response) -> PaperPage:
            return parse_page(read_json(response.body), id)

        try:
            return await self._http.get(f"/api/papers/{in_address(id)}", parse, {"field": "comments"})
        except HttpRefused as refused:
            if refused.status == 404:
                return None
            raise

    async def search(self, text: str, *, limit: int = PAGE_SIZE) -> tuple[Listing, ...]:
        """At most `limit` search results in the feed's order, one listing with its day for each paper."""

        def parse(response: Response) -> tuple[Listing, ...]:
            return tuple(listing for item in read_items(response.body) for listing in listings([item], None))

        parameters: dict[str, str | int] = {"q": text[:_MAX_SEARCH_LENGTH], "limit": limit}
        return await self._http.get("/api/papers/search", parse, parameters)

    async def _pages(
        self, parameters: Mapping[str, str], *, max_pages: int | None = None, validator: str | None = None
    ) -> AsyncGenerator[_Page, None]:
        """The pages of the daily list, at most `max_pages`; `validator` makes the first request conditional."""

        def parse(response: Response) -> _Page:
            if response.is_unchanged:
                return _Page([], has_next=False, is_unchanged=True)
            items = read_items(response.body)
            link = response.headers.get("Link")
            has_next = len(items) >= PAGE_SIZE if link is None else _NEXT_LINK.search(link) is not None
            return _Page(items, has_next, response.validators.etag)

        for number in range(max_pages or _MAX_PAGES):
            query: dict[str, str | int] = {**parameters, "limit": PAGE_SIZE, "p": number}
            page = await self._http.get("/api/daily_papers", parse, query, Validators(None if number else validator))
            yield page
            if not page.items or not page.has_next:
                break


def as_line(value: object, limit: int = LINE_LIMIT) -> str:
    """A value as one clean line; empty if it is not text."""
    return safe.plain_line(as_text(value), limit)


_OWNER_AND_NAME = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_GITHUB = re.compile(r"(?:https?://)?(?:www\.)?github\.com/+(.*)", re.IGNORECASE)


def github_url(text: str) -> str | None:
    """The address of a GitHub user, repository or folder in its plain form; None for anything else.

    `owner/name` alone is accepted. `.git`, queries and trailing slashes are removed; a folder within the repository
    stays.
    """
    text = clean(text, 4 * ADDRESS_LIMIT).replace(" ", "")
    if _OWNER_AND_NAME.fullmatch(text):
        path = text
    elif match := _GITHUB.fullmatch(text):
        path = re.split(r"[?#]", match[1])[0]
    else:
        return None
    segments = [segment for segment in path.split("/") if segment not in ("", ".", "..")]
    if not segments:
        return None
    if len(segments) > 1:
        segments[1] = segments[1].removesuffix(".git") or segments[1]
    return web_url("https://github.com/" + "/".join(segments))


MAX_SKIPPED_RECORDS = 200
"""Maximum skipped records that a listing describes; further records are only counted."""

# More than any real record has: the longest lists in the archive have 664 authors and 44 keywords.
_MAX_AUTHORS = 5_000
_MAX_KEYWORDS = 100
_MAX_MEDIA = 50
_MAX_NAME_LENGTH = 200
_MAX_PROFILES = 100

# Only HTML's own elements: `<EOS>` or `<s>` in an abstract are part of its text.
_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|span|strong|su[bp]|table|tbody|t[dhrt]"
    r"|thead|u|ul)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\s*/?>|</?p(?:\s[^<>]{0,2000})?>", re.IGNORECASE)
# A model's reasoning that leaked into the start of a summary; the tag elsewhere is part of the text.
_LEAKED_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_THUMBNAIL = "/social-thumbnails/"


def read_items(body: bytes) -> list[object]:
    """The raw records of a response; raises FeedMalformed."""
    items = read_json(body)
    if not isinstance(items, list):
        raise FeedMalformed("The feed answered, but not with a list of papers; try again later.")
    return items


def read_json(body: bytes | str) -> object:
    """The value of a JSON text; raises FeedMalformed."""
    try:
        return parse_json(body)
    except UnreadableJson as error:
        raise FeedMalformed(f"The feed's answer {error}; try again later.") from None


def listings(
    items: Iterable[object], day: str | None, place: Callable[[int], str] = "item {}".format
) -> tuple[Listing, ...]:
    """Parse raw records and group them by day: `submittedOnDailyAt` as written, or else `day`.

    With a `day` the first listing is for that day, even if empty. Duplicates on one day are dropped. `place` names the
    place of a skipped record by its number from 1.
    """
    days: dict[str | None, dict[str, Draft]] = {} if day is None else {day: {}}
    skipped: list[SkippedRecord] = []
    more_skipped = 0
    for number, item in enumerate(items, start=1):
        try:
            draft = parse_item(item)
        except FeedMalformed as error:
            if len(skipped) < MAX_SKIPPED_RECORDS:
                skipped.append(SkippedRecord(place(number), str(error)))
            else:
                more_skipped += 1
            continue
        drafts = days.setdefault(listed_day(item) or day, {})
        drafts.setdefault(draft.id or draft.title, draft)
    if skipped and not days:
        days[None] = {}
    by_day = [Listing(day, tuple(drafts.values())) for day, drafts in days.items()]
    by_day[:1] = [first._replace(skipped=tuple(skipped), more_skipped=more_skipped) for first in by_day[:1]]
    return tuple(by_day)


def parse_item(item: object) -> Draft:
    """Parse one record: an item of a list, a single paper, or a search result.

    Raises FeedMalformed with a short reason if it is unusable.
    """
    if not isinstance(item, Mapping):
        raise FeedMalformed("not a record")
    outer: Mapping[str, object] = item
    paper = as_mapping(outer.get("paper")) or outer
    id = arxiv_id(as_text(paper.get("id")))
    if id is None:
        raise FeedMalformed("no arXiv id")
    title = as_line(paper.get("title")) or as_line(outer.get("title"))
    if not title:
        raise FeedMalformed("no title")
    organization, slug = _organization(outer, paper)
    code, project = _links(paper)
    return Draft(
        title=title,
        id=id,
        abstract=safe.plain_block(_prose(paper.get("summary"))),
        authors=_authors(paper.get("authors")),
        organization=organization,
        organization_slug=slug,
        published=iso_day(paper.get("publishedAt")),
        upvotes=count(paper.get("upvotes")),
        comments=count(outer.get("numComments")),
        summary=as_line(_prose(paper.get("ai_summary"))) or None,
        keywords=_keywords(paper.get("ai_keywords")),
        code_url=code,
        code_stars=count(paper.get("githubStars")) if code else None,
        project_url=project,
        media=_media(outer, paper),
        models=count(paper.get("numTotalModels")),
        datasets=count(paper.get("numTotalDatasets")),
        spaces=count(paper.get("numTotalSpaces")),
        submitter=_account(paper.get("submittedOnDailyBy")) or _account(outer.get("submittedBy")),
        profiles=_profiles(paper.get("authors")),
    )


def listed_day(item: object) -> str | None:
    """The ISO day on which a record was listed, as written, without a shift to another time zone."""
    outer = as_mapping(item)
    return iso_day(as_mapping(outer.get("paper")).get("submittedOnDailyAt")) or iso_day(outer.get("submittedOnDailyAt"))


def _prose(value: object) -> str:
    """A text without HTML and without leaked reasoning; not yet clean."""
    text = _LEAKED_THOUGHT.sub("", as_text(value)[: 4 * BLOCK_LIMIT])
    return _ENTITY.sub(lambda entity: unescape(entity[0]), _TAG.sub("", _BREAK.sub("\n\n", text)))


def _authors(value: object) -> tuple[str, ...]:
    names = (
        as_line(author if isinstance(author, str) else as_mapping(author).get("name"), _MAX_NAME_LENGTH)
        for author in as_list(value)[:_MAX_AUTHORS]
        if as_mapping(author).get("hidden") is not True
    )
    return tuple(filter(None, names))


def _profiles(value: object) -> tuple[str, ...]:
    profiles: list[str] = []
    for author in as_list(value)[:_MAX_AUTHORS]:
        record = as_mapping(author)
        if record.get("hidden") is True or not record.get("user"):
            continue
        account, name = _account(record["user"]), as_line(record.get("name"), _MAX_NAME_LENGTH)
        if account and name and len(profiles) < _MAX_PROFILES:
            profiles.append(f"{account} {name}")
    return tuple(profiles)


def _account(value: object) -> str | None:
    """The name of an account, which is also the path of its page."""
    record = as_mapping(value)
    name = as_text(record.get("user")) or as_text(record.get("name"))
    return name if ACCOUNT.fullmatch(name) else None


def _organization(outer: Mapping[str, object], paper: Mapping[str, object]) -> tuple[str | None, str | None]:
    """Full name and slug of the organization, from the first of four places that has a name."""
    places = (
        outer.get("organization"),
        paper.get("organization"),
        outer.get("submitterOrganization"),
        paper.get("submitterOrganization"),
    )
    for place in places:
        slug = as_line(as_mapping(place).get("name"), _MAX_NAME_LENGTH) or None
        name = as_line(as_mapping(place).get("fullname"), _MAX_NAME_LENGTH) or slug or as_line(place, _MAX_NAME_LENGTH)
        if name:
            return name, slug
    return None, None


def _keywords(value: object) -> tuple[str, ...]:
    """Keywords in their order, without duplicates that differ only in case and accents."""
    unique: dict[str, str] = {}
    for keyword in as_list(value)[:_MAX_KEYWORDS]:
        if line := as_line(keyword, _MAX_NAME_LENGTH):
            unique.setdefault(fold(line), line)
    return tuple(unique.values())


def _links(paper: Mapping[str, object]) -> tuple[str | None, str | None]:
    """Addresses of the code and the project page; a project page on GitHub counts as code."""
    repo = as_text(paper.get("githubRepo"))
    code = github_url(repo) or web_url(repo)
    page = web_url(as_text(paper.get("projectPage")))
    if page and (repository := github_url(page)):
        code = code or repository
        page = None if repository == code else page
    return code, page


def _media(outer: Mapping[str, object], paper: Mapping[str, object]) -> tuple[str, ...]:
    """Addresses of pictures and videos, without the thumbnail that every paper has."""
    values = (
        *as_list(outer.get("mediaUrls"))[:_MAX_MEDIA],
        *as_list(paper.get("mediaUrls"))[:_MAX_MEDIA],
        outer.get("mediaUrl"),
        paper.get("mediaUrl"),
    )
    addresses = (web_url(as_text(value)) for value in values)
    return tuple(dict.fromkeys(address for address in addresses if address and _THUMBNAIL not in address))


# The page of a paper

MAX_COMMENTS = 500
"""Maximum comments of a paper, more than ten times the longest known thread."""

_MAX_REPOSITORIES = 50
"""Maximum repositories of one kind; the feed names about ten."""

_MAX_REACTIONS = 12
_MAX_ACCOUNT_LENGTH = 100
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_STAGES = {"SLEEPING": "sleeping", "PAUSED": "paused", "STOPPED": "stopped"}


class RawComment(NamedTuple):
    """A comment without its text, and the text in Markdown, which is not yet clean."""

    comment: Comment
    markdown: str


class PaperPage(NamedTuple):
    """A paper with its comments and repositories."""

    listing: Listing
    comments: tuple[RawComment, ...] = ()
    repositories: tuple[Repository, ...] = ()


def parse_page(item: object, id: str) -> PaperPage:
    """Parse the feed's record of a paper with its comments; raises FeedMalformed."""
    try:
        draft = parse_item(item)
    except FeedMalformed as error:
        raise FeedMalformed(f"The feed's record of {id} can't be used: {error}.") from None
    record = as_mapping(item)
    paper = as_mapping(record.get("paper")) or record
    comments = as_list(record.get("comments")) or as_list(paper.get("comments"))
    discussion = tuple(islice(_comments(comments), MAX_COMMENTS))
    return PaperPage(Listing(listed_day(item), (draft,)), discussion, tuple(_repositories(paper)))


def _comments(values: Sequence[object]) -> Iterator[RawComment]:
    waiting = [(value, "") for value in reversed(values)]
    while waiting:
        value, parent = waiting.pop()
        record = as_mapping(value)
        data = as_mapping(record.get("data"))
        id = as_line(record.get("id"), _MAX_ACCOUNT_LENGTH)
        if id and record.get("type", "comment") == "comment":
            yield _comment(record, data, id, parent)
        replies = [*as_list(record.get("replies"))[:MAX_COMMENTS], *as_list(data.get("replies"))[:MAX_COMMENTS]]
        if len(waiting) < MAX_COMMENTS:
            waiting += [(reply, id) for reply in reversed(replies)]


def _comment(record: Mapping[str, object], data: Mapping[str, object], id: str, parent: str) -> RawComment:
    author = as_mapping(record.get("author"))
    is_hidden = data.get("hidden") is True
    comment = Comment(
        id,
        as_line(author.get("name"), _MAX_ACCOUNT_LENGTH)
        or as_line(author.get("fullname"), _MAX_ACCOUNT_LENGTH)
        or "somebody",
        _moment(record.get("createdAt")),
        parent=as_line(data.get("parentCommentId"), _MAX_ACCOUNT_LENGTH) or parent,
        is_hidden=is_hidden,
        is_edited=data.get("edited") is True or bool(count(data.get("numEdits"))),
        reactions=() if is_hidden else tuple(_reactions(data.get("reactions"))),
    )
    latest = as_mapping(data.get("latest"))
    return RawComment(comment, "" if is_hidden else as_text(latest.get("raw"))[:BLOCK_LIMIT])


def _moment(value: object) -> str:
    """A time of the feed in ISO form, to the second; empty if the value is not a time."""
    try:
        moment = datetime.fromisoformat(as_text(value))
    except ValueError:
        return ""
    return utc_stamp(moment) if moment.tzinfo and moment.year > 1970 else ""


def _reactions(values: object) -> Iterator[tuple[str, int]]:
    reactions = [
        (as_line(as_mapping(value).get("reaction"), 8), count(as_mapping(value).get("count")) or 0)
        for value in as_list(values)[:_MAX_REACTIONS]
    ]
    yield from sorted(((emoji, number) for emoji, number in reactions if emoji and number), key=lambda pair: -pair[1])


def _repositories(paper: Mapping[str, object]) -> Iterator[Repository]:
    for kind in KINDS:
        for value in as_list(paper.get(f"linked{kind.capitalize()}s"))[:_MAX_REPOSITORIES]:
            record = as_mapping(value)
            id = as_line(record.get("id"), 200)
            if _REPOSITORY.fullmatch(id) and record.get("private") is not True:
                yield _repository(kind, id, record)


def _repository(kind: Kind, id: str, record: Mapping[str, object]) -> Repository:
    about = as_line(record.get("title" if kind == "space" else "pipeline_tag"), _MAX_ACCOUNT_LENGTH)
    stage = as_text(as_mapping(record.get("runtime")).get("stage"))
    state = "broken" if stage.endswith("ERROR") else _STAGES.get(stage, "")
    if record.get("gated") not in (None, False):
        state = "gated"
    return Repository(kind, id, count(record.get("likes")) or 0, count(record.get("downloads")), about, state)
