"""Chaos: a load of messages while processes are killed, stopped and restarted at random moments.

    python -m bench.chaos [--messages 10000] [--kills 50] [--seed N]

Afterwards it checks that no accepted message is without an end, no effect happened twice, no reply was lost or given
twice to a connected client, the replies of a session are in order, and all processes are healthy within 30 s of the
last fault. The seed decides who is hurt, how and when; it is printed, and a run can be repeated with it.
"""
