"""Chaos: a load of messages while processes are killed and stopped, and what they stand on goes away.

    python -m bench.chaos [--messages 10000] [--kills 50] [--outages 5] [--temporal-down 60] [--seed N]

Beside the kills come outages, one after the other: Temporal is down, Valkey is wiped, the history is locked, its disk
is full, services of the shop are slow, fail, hang or answer garbage, and the clock of one of our processes jumps by an
hour. The disk is a tmpfs where mounting is allowed; otherwise the writers are limited. Clocks jump where libfaketime is
installed (`apt-get install faketime`).

Afterwards it checks that no accepted message is without an end and `mesh audit` prints nothing, no effect happened
twice, no reply was lost or given twice to a connected client, the replies of a session are in order, and all processes
are healthy within 30 s of the last fault. Dead letters are ends; they are reported. The seed decides who is hurt, how
and when; it is printed with the list of outages, and a run can be repeated with it.
"""
