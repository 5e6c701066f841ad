import asyncio
import math
import socket
import time

from serving.server.connections import Connections
from serving.server.limits import ConnectionLimits


class Waiting:
    """A connection whose client is due soon."""

    write_by = math.inf

    def __init__(self, read_by):
        self.read_by, self.has_expired = read_by, False

    def come(self):
        self.read_by = math.inf

    def expire(self, now):
        self.has_expired = True

    def cut(self):
        pass


def sweep_after_a_halt(sends):
    async def halt():
        loop = asyncio.get_running_loop()
        connections, connection = Connections(ConnectionLimits(sweep_seconds=0)), Waiting(loop.time() + 0.1)
        connections.add(connection)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            loop.add_reader(ours, connection.come)
            watch = asyncio.create_task(connections.watch())
            await asyncio.sleep(0)
            time.sleep(0.2)  # the loop stands still; meanwhile the deadline passes
            if sends:
                theirs.send(b"GET")
            for _ in range(10):
                await asyncio.sleep(0)
            loop.remove_reader(ours)
            watch.cancel()
        return connection.has_expired

    return asyncio.run(halt())


def test_what_came_while_the_process_stood_still_is_read_before_its_sender_is_late():
    assert not sweep_after_a_halt(sends=True)


def test_a_client_that_sent_nothing_is_late():
    assert sweep_after_a_halt(sends=False)
