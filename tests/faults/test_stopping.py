"""SIGTERM under load: what was asked is answered, and the process ends soon."""

import random
import time

from tests.faults.rig import Figures, Rig

_LONGEST = 30


def test_a_stopped_server_answers_what_it_was_asked_before(rig: Rig, few: int, figures: Figures) -> None:
    figures |= {"rounds": few, "failed": 0, "slowestSeconds": 0.0}
    for _round in range(few):
        began = time.monotonic()
        with rig.load.running():
            rig.load.wait_for_more(20)
            time.sleep(random.uniform(0, 0.3))
            stopped_at = time.monotonic()
            took = rig.server.stop()
            rig.server.start()
        # What comes after the signal may find nobody, and is sent again.
        failed = [begun for begun in rig.load.unanswered() if began < begun < stopped_at]
        figures["failed"] += len(failed)
        figures["slowestSeconds"] = max(figures["slowestSeconds"], round(took, 1))
        assert not failed
        assert took < _LONGEST
        rig.check()
