"""Words of shops, kitchens and gadgets that the general lexicon lacks, as -4 (worst) to 4 (best)."""

_GROUPS = {
    2.9: "scrumptious flawless superb outstanding impeccable exquisite unbeatable unsurpassed mouthwatering "
    "stunning phenomenal exceptional terrific heavenly divine stellar magnificent",
    2.3: "delish yummy tasty flavorful flavourful succulent intuitive seamless seamlessly effortless effortlessly "
    "hassle-free top-notch first-rate must-have sublime classy sleek stylish elegant bargain comfy cozy cosy "
    "well-made well-built gem winner breeze snappy superior thumbs-up pleasantly addictive adore",
    1.7: "sturdy durable reliable dependable crisp crispy tender juicy moist fluffy freshly attentive prompt "
    "promptly courteous knowledgeable spacious ergonomic versatile responsive snug handy convenient "
    "conveniently compact lightweight portable economical inexpensive affordable generous plentiful authentic "
    "homemade smoothly seasoned worthwhile vivid sharp clarity loud-and-clear quick quickly fast faster easy- "
    "to-use user-friendly compatible upgrade improvement bonus advantage pros plus comfortable comfortably "
    "waterproof",
    -0.8: "pricey bulky noisy slow slower heavy heavier lukewarm loose cons limited lacks lacking lack dim hassle "
    "fiddly tricky greasy oily dated outdated",
    -1.6: "bland soggy stale mushy chewy undercooked overcooked overdone burnt dry tasteless flavorless flavourless "
    "rubbery watery grainy blurry blurred fuzzy tinny muffled muffle static hiss scratchy clunky clumsy "
    "cumbersome sluggish laggy drawback drawbacks downside downsides gripe gripes quirky glitch glitches "
    "glitchy buggy bug bugs crackle crackling overpriced flimsy uncomfortable misleading subpar sub-par "
    "mediocre unimpressed unimpressive inaudible unresponsive incompatible rattles rattle wobbles wobbly jams "
    "jammed freezes froze frozen locks hangs crashes crashed crashing drops dropped skips skipping overdue "
    "leaks leaking leaked leaky scratched scratches dented chipped stained crooked bent peeling shrank shrunk "
    "faded dirty filthy sticky unattended drained dies died drain useless",
    -2.2: "junk rubbish garbage trash unusable unreliable crappy worthless defective faulty malfunction "
    "malfunctions malfunctioned malfunctioning broke broken broken-down shoddy rip-off ripoff overheats "
    "overheated inedible rancid unsanitary rude ruder regret regrets regretted nightmare lemon unacceptable "
    "inexcusable unprofessional letdown let-down sucks sucked stinks stank avoid gross nasty yuck yucky ew "
    "headache pain fiasco unhelpful incompetent",
}  # fmt: skip

MOOD_WORDS = {word: weight for weight, words in _GROUPS.items() for word in words.split()}
