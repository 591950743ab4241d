"""A passenger who books one seat after the other on the legs named, until they are taken for good.

Runs in the passenger's container beside others who want the same seats; prints a line with each ticket as it is
bought, `LEG SEAT`, and at last how often somebody else was first.
"""

import os
import sys
import time

sys.path.insert(0, "/")
import trecho

#: A leg that is taken may come free again, while carts are given back; after so many refusals in a row it does not.
ENOUGH = 50
NAME, LEGS = sys.argv[1], sys.argv[2:]

too_late = 0
with trecho.Trecho(os.environ["TRECHO_ADDR"]) as passenger:
    refusals = dict.fromkeys(LEGS, 0)
    while min(refusals.values()) < ENOUGH:
        for leg in [leg for leg in LEGS if refusals[leg] < ENOUGH]:
            try:
                passenger.hold({"leg": leg})
            except trecho.Refused as refused:
                if refused.kind != "leg_taken":
                    raise
                refusals[leg] += 1
                too_late += 1
                time.sleep(0.02)
                continue
            refusals[leg] = 0
            for ticket in passenger.confirm([trecho.passenger(NAME)])["tickets"]:
                print(ticket["leg"], ticket["seat"], flush=True)
print("too late", too_late, flush=True)
