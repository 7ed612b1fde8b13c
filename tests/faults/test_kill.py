"""kill -9 under load, at any moment: no acknowledged write is lost and no retry has a second effect."""

import random

from tests.faults.rig import Figures, Rig


def test_a_killed_server_loses_no_write_and_doubles_none(rig: Rig, rounds: int, figures: Figures) -> None:
    figures["rounds"] = rounds
    for _round in range(rounds):
        with rig.load.running():
            rig.load.wait_for_more(random.randint(5, 40))
            rig.server.kill()
            rig.server.start()
        rig.check()
