"""A service of a few lines under the real supervisor: run as a script, it prints its port and serves until told."""

import asyncio
import json
import os
import sys
import time
from functools import partial
from pathlib import Path

from serving.cli_output import say
from serving.logs import configure_logs
from serving.server.address import listen, stop_listening
from serving.server.limits import ConnectionLimits
from serving.server.member import Member
from serving.server.supervisor import Supervisor
from serving.server.worker import run_worker


async def answer(scope, receive, send):
    """Answer the path's last part after that many seconds; `/crash` ends the process, `/hang` its event loop."""
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": f"{message['type']}.complete"})
        return
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message["body"])
        if not message["more_body"]:
            break
    verb, _, number = scope["path"].strip("/").partition("/")
    if verb == "crash":
        os._exit(7)
    if verb == "hang":
        time.sleep(3600)
    if verb == "sleep":
        await asyncio.sleep(float(number))
    body = b"x" * int(number) if verb == "bytes" else json.dumps({"pid": os.getpid(), "bytes": size}).encode()
    headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def make_app(folder):
    """Give the application, unless the folder says that workers break."""
    if (folder / "broken").exists():
        raise RuntimeError("加我微信 secret88")
    return answer


def keep(folder):
    """Stand in for the keeper: leave a file with the process's number, then wait."""
    (folder / "keeper").write_text(str(os.getpid()))
    time.sleep(3600)


def main():
    folder, workers, limits = Path(sys.argv[1]), int(sys.argv[2]), ConnectionLimits(**json.loads(sys.argv[3]))
    configure_logs()
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        judges = [
            Member(
                f"worker {number}",
                run_worker,
                (partial(make_app, folder), limits, listener),
                beats=True,
                last_seconds=5,
            )
            for number in range(workers)
        ]
        keeper = Member("keeper", keep, (folder,), beats=False, last_seconds=5)
        stages = [(judges, 35), ([keeper], 5)]
        return Supervisor(stages, on_ready=lambda: say(str(port)), on_stop=partial(stop_listening, listener)).run()


if __name__ == "__main__":
    raise SystemExit(main())
