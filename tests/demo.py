"""How the five scenarios of the demo must end: the status, and facts that the reply must contain."""

ENDS = {
    "furious.frank@example.com": ("escalated", ("ORD-00012345",)),
    "polly.inquirer@example.com": ("resolved", ("ORD-00067890",)),
    "vera.vip@example.com": ("escalated", ("ORD-00055501",)),
    "jack.jacket@example.com": ("resolved", ("ORD-00077701",)),
    "connie.confused@example.com": ("resolved", ("ORD-00033301", "ORD-00033302", "ORD-00033303")),
}
