"""What the shop allows. A rule looks, and returns the change or raises a refusal; it changes nothing itself."""
