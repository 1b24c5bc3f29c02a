"""Writes what a program and `dailypapers mcp` say to each other: `python -m tests.extensions.mcp.transcript FILE`.

The server is a process of its own over the papers of the sample, in a folder that is dropped afterwards.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from reader.commands.workspace import Workspace, fill_with_sample
from tests.ui.full_texts import document, keep_text

ID = "2606.26740"

CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("whats_new", {"since": "2026-06-01", "limit": 3}),
    ("search", {"query": "topic:agents sort:upvotes", "limit": 2}),
    ("search", {"query": "topic:agents sort:upvotes", "limit": 2, "offset": 2}),
    ("search", {"query": "topic:agent"}),
    ("search", {"query": "topic:agents", "limit": 900}),
    ("search", {"query": "topic:agents", "limt": 2}),
    ("search", {"query": "~ how agents remember", "limit": 2}),
    ("show", {"id": ID}),
    ("read", {"id": ID}),
    ("read", {"id": ID, "section": 3}),
    ("passages", {"words": "zebra"}),
    ("similar", {"ids": [ID], "query": "is:unread", "limit": 2}),
    ("topics", {"limit": 3}),
    ("mark", {"ids": [ID], "star": True, "add": ["video"]}),
    ("mark", {"ids": [ID, "2606.30616"], "queue": True}),
    ("note", {"id": ID, "text": "Three stages of distillation; compare with ours."}),
    ("show", {"id": ID}),
    ("undo", {}),
)


async def _talk(home: Path) -> str:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "reader", "mcp", "--allow-marks", "--name", "transcript"],
        env={**os.environ, "DAILYPAPERS_HOME": str(home), "HF_HUB_OFFLINE": "1"},
    )
    async with Client(command) as client:
        parts = ["# A program and `dailypapers mcp --allow-marks`", "## What the program is told", _quoted(client)]
        parts.append("## Tools")
        parts += [f"- `{tool.name}` ({tool.title}): {tool.description}" for tool in (await client.list_tools()).tools]
        for tool, arguments in CALLS:
            answer = await client.call_tool(tool, arguments)
            parts.append(f"## {tool} `{json.dumps(arguments)}`")
            said = (
                answer.structured_content if not answer.is_error else {"error": getattr(answer.content[0], "text", "")}
            )
            parts.append(f"```json\n{json.dumps(said, ensure_ascii=False, indent=2)}\n```")
    return "\n\n".join(parts) + "\n"


def _quoted(client: Client) -> str:
    return "\n".join(f"> {line}".rstrip() for line in (client.instructions or "").splitlines())


def main(file: Path) -> None:
    """Write the transcript to a file."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        workspace = Workspace(cache_file=home / "papers.db")
        fill_with_sample(workspace, workspace.cache_file)
        keep_text(workspace.cache_file, ID, document())
        file.write_text(asyncio.run(_talk(home)), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
