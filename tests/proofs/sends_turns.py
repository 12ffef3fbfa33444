"""One at a time: several threads, of which a seeded choice says who makes the next call to AWS."""

import random
import threading
from collections.abc import Callable
from typing import Any

from chalicelib.errors import RaceLostError
from tests.proofs.sends_wire import Request, read_step


class Turns:
    """Lets one actor at a time make one call, as the seed chooses; `log` is what happened, in order."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.own = threading.local()
        self.asked: dict[str, threading.Event] = {}
        self.arrived: dict[str, threading.Event] = {}
        self.finished: set[str] = set()
        self.faults: list[str] = []
        self.log: list[str] = []

    def watch(self, name: str, request: Request, call: Callable[[], Any]) -> Any:
        """Wait for one's turn, make the call, and note what it did. Whoever is no actor passes."""
        actor = getattr(self.own, "actor", None)
        if actor is not None:
            self.arrived[actor].set()
            self.asked[actor].wait()
            self.asked[actor].clear()
        answer = call()
        self.note_effect(name, request)
        return answer

    def note_effect(self, name: str, request: Request) -> None:
        """Note intents and stops that are in the table now."""
        step = read_step(name, request)
        if step is not None and step.state == "intent":
            self.log.append("intent")
        for part in request.get("TransactItems", ()) if name == "transact_write_items" else ():
            suppressed = part.get("Update", {}).get("Key", {}).get("sk") == {"S": "stop"}
            unsubscribed = "settled_at" in part.get("Update", {}).get("UpdateExpression", "")
            self.log += ["stop"] * (suppressed or unsubscribed)

    def act(self, actor: str, play: Callable[[], Any]) -> None:
        """Play one part; what goes wrong in it is kept."""
        self.own.actor = actor
        try:
            play()
        except RaceLostError:
            self.log.append("gave up")
        except Exception as fault:
            self.faults.append(f"{actor}: {type(fault).__name__}: {fault}")
        finally:
            self.finished.add(actor)
            self.arrived[actor].set()

    def play(self, parts: dict[str, Callable[[], Any]]) -> int:
        """Play all parts to their ends; return how many calls were made."""
        threads = [threading.Thread(target=self.act, args=part, daemon=True) for part in parts.items()]
        self.arrived.update({actor: threading.Event() for actor in parts})
        self.asked.update({actor: threading.Event() for actor in parts})
        for thread in threads:
            thread.start()
        # Some run ahead, some dawdle: even odds would let whoever has few calls to make always be first.
        weights = {actor: 2.0 ** self.chance.uniform(-5, 5) for actor in parts}
        steps = 0
        while True:
            for actor in parts:
                if not self.arrived[actor].wait(30):
                    raise RuntimeError(f"{actor} neither asks for a call nor ends")
            waiting = sorted(set(parts) - self.finished)
            if not waiting:
                return steps
            [actor] = self.chance.choices(waiting, [weights[actor] for actor in waiting])
            self.arrived[actor].clear()
            self.asked[actor].set()
            steps += 1
