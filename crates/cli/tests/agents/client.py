"""Talks to `wavecraft mcp` as an editor would: by the protocol's own Python SDK, which nobody here wrote.

Run by the area `agents`, in a plugin's folder that is a git repository: client.py WAVECRAFT
"""

import asyncio
import base64
import contextlib
import os
import struct
import sys
import zlib

import anyio
from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client

WAVECRAFT = sys.argv[1]
PID = os.environ["HANGS"]
HANGS = (
    'fn main() { std::fs::write(std::env::var_os("HANGS").unwrap(), std::process::id().to_string()).unwrap(); '
    "loop { std::thread::park(); } }"
)


@contextlib.asynccontextmanager
async def client(command=WAVECRAFT, args=("mcp",)):
    server = StdioServerParameters(command=command, args=list(args), env=dict(os.environ))
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        said = await session.initialize()
        assert said.server_info.name == "wavecraft", said
        yield session


async def found(session, tool, arguments=None, **more):
    """The text and the figures of a call, which the SDK has held to the tool's own schema."""
    result = await session.call_tool(tool, arguments or {}, **more)
    assert not result.is_error, (tool, result)
    assert result.structured_content is not None, (tool, result)
    return result.content[0].text, result.structured_content


async def failed(session, tool, arguments=None):
    result = await session.call_tool(tool, arguments or {})
    assert result.is_error, (tool, result)
    return result.content[0].text


def pixels(png):
    """The size of a picture, and how many different bytes its lines have."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n", png[:8]
    at, data, size = 8, b"", None
    while at < len(png):
        (length,), kind = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        body = png[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0]
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    return size, len(set(zlib.decompress(data)))


async def gone(pid):
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        await anyio.sleep(0.05)


async def each_tool():
    reports = []

    async def progress(done, total, message):
        reports.append((done, message))

    async with client() as session:
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        text, figures = await found(session, "measure", {"full": True}, progress_callback=progress)
        assert "−6.0 dB at 1 kHz" in text, text
        assert any(abs(point["db"] + 6.021) < 0.01 for point in figures["response"]), figures["response"]
        assert reports and all(one < other for (one, _), (other, _) in zip(reports, reports[1:])), reports
        result = await session.call_tool("picture", {"charts": ["response", "phase"]})
        size, colours = pixels(base64.b64decode(result.content[1].data))
        assert size == (1080, 936) and colours > 20, (size, colours)
        _, compared = await found(session, "compare", {"before": "HEAD"})
        assert compared["same"] is True, compared
        _, made = await found(session, "render", {"input": "tone", "output": "wet.wav", "seconds": 0.25})
        assert os.path.getsize(made["path"]) > 48_000 * 2 * 4 * 0.25, made
        _, listed = await found(session, "list_parameters")
        assert listed["parameters"][0]["id"] == "gain_level", listed
        _, status = await found(session, "status")
        assert status["running"] is False, status
        assert "nothing runs" in await failed(session, "log")
        assert "wavecraft start" in await failed(session, "set_parameters", {"values": {"gain_level": 1}})
        called = {"measure", "picture", "compare", "check", "render", "list_parameters", "status", "log", "set_parameters"}
        _, checked = await found(session, "check", {"only": ["parameters"]})
        assert checked["passed"] is True and checked["results"]["tests"][0]["verdict"] == "pass", checked
        assert set(tools) == called, set(tools) ^ called
        try:
            await session.call_tool("no_such_tool", {})
            raise AssertionError("an unknown tool was called")
        except MCPError as error:
            assert "there is no tool `no_such_tool`" in str(error), error


async def taken_back():
    async with client() as session:
        with open("engine/build.rs", "w") as script:
            script.write(HANGS)
        with contextlib.suppress(FileNotFoundError):
            os.remove(PID)
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(found, session, "measure")
                while not (os.path.exists(PID) and open(PID).read()):
                    await anyio.sleep(0.05)
                # The others are answered meanwhile.
                await found(session, "status")
                scope.cancel()
        await gone(int(open(PID).read()))
        with open("engine/build.rs", "w") as script:
            script.write("fn main() {}")
        text, _ = await found(session, "measure")
        assert "−6.0 dB" in text, text


async def two_clients():
    async with client() as one, client() as other:
        told = await asyncio.gather(found(one, "measure"), found(other, "measure", {"set": {"gain_level": 1}}))
        assert "−6.0 dB" in told[0][0] and " 0.0 dB at 1 kHz" in told[1][0], told


async def garbage():
    before = "printf 'hello?\\n\\0\\n[1]\\n{\\n'; head -c 3000000 /dev/zero; echo"
    async with client("sh", ("-c", f"({before}; exec cat) | exec '{WAVECRAFT}' mcp")) as session:
        assert (await found(session, "status"))[1]["running"] is False


async def main():
    for part in (each_tool, taken_back, two_clients, garbage):
        with anyio.fail_after(300):
            await part()
        print(f"{part.__name__}: ok", flush=True)


asyncio.run(main())
