"""A real client of the protocol against the real command, over its standard input and output."""

from __future__ import annotations

import sys
from pathlib import Path

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tracker.service import Tracker


@pytest.fixture
def home(library: Tracker) -> Path:
    library.mark("2604.00001", "queued")
    return library.settings.home


def test_an_assistant_finds_reads_and_is_told_what_it_got_wrong(home: Path) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "tracker.cli", "--home", str(home), "mcp"], env={"TRACKER_OFFLINE": "1"}
    )

    async def session() -> None:
        async with Client(command) as client:
            tools = (await client.list_tools()).tools
            assert {t.name for t in tools} == {"search", "paper", "similar", "queue", "path"}
            assert all(t.annotations and t.annotations.read_only_hint and t.description for t in tools)

            found = await client.call_tool("search", {"query": "heads that look away", "mode": "words"})
            assert found.structured_content
            assert found.structured_content["results"][0]["id"] == "arxiv:2604.00002"

            whole = await client.call_tool("paper", {"paper_id": "https://arxiv.org/abs/2604.00002v3"})
            assert whole.structured_content
            assert whole.structured_content["title"] == "Quiet Heads: On Attention That Looks Away"

            queued = await client.call_tool("queue", {})
            assert queued.structured_content
            assert [p["id"] for p in queued.structured_content["items"]] == ["arxiv:2604.00001"]

            near = await client.call_tool("similar", {"paper_id": "2604.00002", "limit": 3})
            assert near.structured_content
            others = [hit["id"] for hit in near.structured_content["results"]]
            assert 0 < len(others) <= 3
            assert "arxiv:2604.00002" not in others

            way = await client.call_tool("path", {"target": "attention"})
            assert way.structured_content
            assert way.structured_content["target"] == "attention"
            steps = way.structured_content["steps"]
            assert [step["number"] for step in steps] == list(range(1, len(steps) + 1))
            assert steps[-1]["concept"] == "attention", "what it needs comes before it"
            assert all(step["title"] and step["reason"] and step["hours"] >= 0 for step in steps)
            assert way.structured_content["hours"] == pytest.approx(sum(step["hours"] for step in steps))

            short = await client.call_tool("path", {"target": "attention", "hours": 0.5})
            assert short.structured_content
            assert short.structured_content["over"] is True

            unknown = await client.call_tool("paper", {"paper_id": "arxiv:9999.99999"})
            assert unknown.is_error
            assert "9999.99999" in unknown.content[0].text  # type: ignore[union-attr]

            wrong = await client.call_tool("search", {"query": "x", "limit": 0})
            assert wrong.is_error

            astray = await client.call_tool("path", {"target": "no-such-idea"})
            assert astray.is_error

    anyio.run(session)
