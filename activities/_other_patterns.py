"""What customers say about money, their account, the shop and everything else.

A line begins with the weight of its pattern; a line without one goes on where the line before it ended. The words in
angle brackets, and what a weight means, are in `_intent_patterns`.
"""

from activities._intent_names import IntentName

OTHERS: dict[IntentName, str] = {
    "payment_issue": r"""
        3.4 <trouble><gap>(?:payments?|paying|checkout|card|transaction)\b|
            (?:payments?|transactions?|card)<gap>(?:<trouble>|fail\w*|declin\w*|reject\w*|not (?:go|went|going|
            accept\w*|process\w*|work\w*|been)|stuck|pending|refused|denied|blocked|unsuccessful)
        3.4 (?:charged?|billed|debited|paid|deducted|charging|taken|payment)<gap>(?:twice|two times|double|again|
            multiple|duplicate\w*)|
            (?:double|duplicate\w*|two|twice|multiple)<few>(?:charge[ds]?|payments?|billed|transactions?)
        3.2 (?:money|amount|payment|funds)<few>(?:was |were |has been |have been |is |got |been )?(?:deducted|
            debited|taken|cut|withdrawn|gone)|paid<few>but
        3   (?:not|unable to|why (?:is|was|did|does|will))<gap>(?:pay|accept|decline|charge|
            process)\w*<gap>(?:card|payment|visa|paypal|purchase)?|declin(?:e|ed|ing)|
            card<few>(?:not|stopp?ed)<few>(?:work\w*|accept\w*)
        3   (?:promo|coupon|voucher|discount|gift card|promotional)<few>(?:codes?|card)?<gap>(?:not|invalid|
            expired|fail\w*|reject\w*|error|wrong)|(?:invalid|expired)<few>(?:promo|coupon|voucher|code)
        1.5 payment|payments|paid|transaction
    """,
    "payment_methods": r"""
        3.6 (?:payment|pay|paying)<few>(?:methods?|options?|modes?|types?|modalit(?:y|ies)|forms?|ways?|plans?|
            possibilities)|
            (?:methods?|options?|modes?|types?|forms?|ways?|modalit(?:y|ies)|means) (?:of|for|
            to)<few>(?:payments?|pay|paying)
        3.6 (?:cash|card|pay|payment|paying) on (?:delivery|arrival)|cod|emis?|instal+ments?|
            pay (?:later|monthly|in parts)|buy now pay later|no cost emi|financ(?:e|ing)
        3   (?:accept|take|allow|support|pay (?:by|with|via|through|using|in))<few>(?:paypal|visa|mastercard|amex|
            credit|debit|cards?|cash|klarna|apple pay|google pay|bank transfer|bitcoin|cheques?|checks?|
            gift cards?)
        2.5 (?:paypal|klarna|apple pay|google pay|sofort|bank transfer|net ?banking|upi)|
            (?:which|what|accepted|allowed|available)<few>(?:payments|cards)\b|can i pay
    """,
    "billing_invoice": r"""
        3.4 (?:invoices?|bills?|receipts?)\b
        3.4 (?:unknown|extra|mystery|mysterious|unexpected|strange|additional|another|hidden|weird|unexplained|
            random|unrecogni[sz]ed|suspicious|odd|unfamiliar|undisclosed)<few>(?:<fee>|payments?|transactions?|
            withdrawal)
        3.4 (?:charge[sd]?|payment|fee|transaction|amount|billed)<gap>(?:not|never)<few>(?:recogni[sz]e|know|make|
            made|order\w*|buy|bought|authori[sz]e|understand|purchase\w*|remember)|
            (?:explain|what is|why (?:is|was|were|am|did|do|has|have|there))<gap>(?:<fee>|charged|billed)\b
        3   (?:charge[sd]?|fees?)<gap>(?:on|in) (?:my|the|this) (?:statement|account|card|bank|order)|
            (?:over ?charged|billing)|charged<few>(?:me )?(?:an? )?(?:extra|more|too much|fee|wrong)
        2   (?:extra|the|a|this) (?:charge|fee)|statement
    """,
    "account_access": r"""
        3.6 (?:forg[eo]t\w*|lost|lose|reset\w*|recover\w*|retriev\w+|restor\w+|remember|change|new|wrong|unlock|
            find)<gap>(?:<secret>)\b|
            <secret><gap>(?:not work\w*|not|reset\w*|recovery|forgotten|lost|wrong|invalid|retrieval|restor\w+)
        3.4 (?:not|unable to|trouble|problems?|failed?|how)<gap>(?:log|sign|logging|signing) ?(?:in|on|into)\b|
            locked out|(?:2fa|two[- ]factor|authenticator|verification code)|
            (?:not|no longer|regain|lost|recover\w*|restore)<few>access
        2.5 password|passcode|pwd|pass code|access key|pin code|login
    """,
    "account_registration": r"""
        3.4 (?:creat(?:e|es|ed|ing)|open(?:ing|ed)?|regist(?:er|ering|ration)|set(?:ting)? ?up|new|make|making|
            want|get|need)<gap>(?<!my )(?<!the )(?:<account>|user)\b
        3.4 sign(?:ing|ed)?[ -]?ups?|regist(?:er|ering|ration|rations|ered)|enrol\w*|join (?:you|up|your)
    """,
    "account_update": r"""
        3.6 (?:<edit>)<gap>(?:<account>|personal|details|data|info|information|names?|surname|phone|mobile|
            e-?mail|user|birth\w*|payment (?:method|details)|contact)\b
        3.6 (?:switch\w*|use|using|upgrad\w+|downgrad\w+|move|moving|shift|convert|change|changing)<gap>(?:to|
            into|from|the|my|a|an|another)<gap>(?:<account>|user|plan)\b
        2   (?:<account>|personal|contact) (?:details|data|info|information|settings)|(?:wrong|misspelled) name
    """,
    "account_delete": r"""
        4   <close><gap>(?:<account>|user|my data|personal data|personal information)\b|
            <account><gap>(?:<close>)\b
        3   (?:not|no longer)<few>(?:want|need)<gap>(?:<account>)
    """,
    "product_inquiry": r"""
        3   (?:out of|in|back in|not in) stock|
            (?:is|are|when)<few>(?:the|this|that|these|it|my size)<few>(?:available|restock\w*)\b(?!<few>payment)|
            (?:do|does) (?:you|u|it) (?:have|sell|carry|stock|come|contain|offer)\b(?! (?:a |
            any )?<refund>| returns?)
        3   (?:price|prices|cost|rate) (?:of|for|list|range)|how much (?:is|are|does|do|for)\b|
            what<few>(?:price|cost)|(?:discounts?|(?<!you )offers?|deals?|sales?|promotions?|coupons?|cashback)\b|
            price (?:match|drop\w*|change\w*|went)|cheaper|(?:bad|high|higher|lower) price
        3   (?:recommend\w*|suggest\w*|difference|compar\w+|features?|speciali?ty|ingredients?|materials?|
            specifications?|dimensions?|thickness|variants?|models?|types? of|kinds? of|expiry|genuine|
            authentic\w*|original|refer(?:ral)?|customi[sz]\w*|what size|which size|size (?:chart|guide|to))\b
        2   (?:tell|know|information|info|details|more|interested)<few>(?:me )?<few>(?:about|on|
            in)<gap>(?:products?|item|this)|
            (?:is|are) (?:this|the|it|these)<gap>(?:suitable|good|safe|waterproof|machine washable|made|
            compatible|vegan|organic|soft|firm)
        1.5 best|better|which|advise|available|sizes?
        1.2 products?|size|colou?r|price|cost
    """,
    "policy_question": r"""
        4   (?:polic(?:y|ies)|terms and conditions|terms of service)\b|warrant(?:y|ies)|guarantees?\b(?! me)|
            (?:withdrawal|cancell?ation|termination|terminating|exit|early|restocking|cancelling|canceling|
            return) <few>?(?:<fee>)
        4   (?:<fee>)<gap>(?:cancel\w*|terminat\w*|exit|withdraw\w*|restock\w*|return\w*)|
            (?:in|under|on|for) (?:what|which)<few>(?:cases?|circumstances?|situations?|conditions?|instances?)|
            (?:when|if) (?:can|may|am) i<few>(?:be |get |ask |request |allowed )?<gap>(?:refund\w*|return)\b
        4   how (?:long|many days|much time)<gap>(?:refunds|reimbursements|compensations|rebates|to return|
            do i have|return)|
            (?:trial|return (?:window|period|deadline)|refund conditions|data protection|privacy)
        2.5 (?:eligible|eligibility|allowed|conditions|rules)<gap>(?:return\w*|refund\w*|cancel\w*)|
            (?:try|use) (?:a|the|it|this)<few>first
    """,
    "complaint": r"""
        3.6 (?:fil(?:e|ing)|lodg(?:e|ing)|mak(?:e|ing)|submit\w*|rais(?:e|ing)|regist(?:er|ering)|want|have|open|
            report|send|write|formal|official|customer|consumer)<few>(?:an? )?<few>(?:complaints?|claims?|
            reclamations?|grievances?)\b|complain(?:ing)?\b
        2.4 complaints?|claim|reclamation
        1.6 (?:worst|terrible|horrible|awful|pathetic|poor|bad|useless|unacceptable|disgusting|disappoint\w*|
            ridiculous|fed up|rude|unprofessional|incompetent|fraud|scam|cheat\w*|nobody (?:answers|cares|replies|
            helps)|unhappy|not happy|not satisfied|never (?:again|buy|order))
    """,
    "feedback": r"""
        3.6 (?:leav(?:e|ing)|writ(?:e|ing)|giv(?:e|ing)|submit\w*|shar(?:e|ing)|post(?:ing)?|send\w*|provid(?:e|
            ing)|add)<gap>(?:reviews?|feed ?backs?|opinions?|comments?|ratings?|testimonials?|suggestions?|
            critique)
        2.4 reviews?|feed ?back|opinion|rating|comments?|testimonial
    """,
    "human_agent_request": r"""
        3.6 (?:speak\w*|talk\w*|chat\w*|call\w*|contact\w*|reach\w*|connect\w*|get(?:ting)?|want|need|transfer\w*|
            put me through|escalate|message|in touch|give me|communicate)<gap>(?:<staff>)\b
        3.4 (?:live|real|human|actual|customer|support|free|toll[- ]free) <few>?(?:agents?|persons?|human|chat|
            number|call|hotline|phone|hours)\b|
            (?:phone|contact|telephone|mobile|call(?:ing)?|helpline|support|your|whatsapp) (?:numbers?|no)\b|
            hotline|helpline
        3.4 (?:what|which|when|at what)<gap>(?:time|hours|times|open)<gap>(?:<staff>|support|call|reach|contact|
            available|open)|(?:opening|business|working|office|support|service) hours|
            (?:you|your)<few>(?:call|phone|contact|ring) me|call me|call ?back|(?:a|phone) call from|in touch|
            urgent (?:assistance|help)|call (?:you|cent(?:er|re))
        2.2 customer (?:service|care|support)|contact (?:you|us)|support team|<staff> please|someone|agent|
            representative
    """,
    "subscription": r"""
        4   news ?letters?|(?:un)?subscri(?:be|bed|bes|bing|ption|ptions)|mailing list|memberships?|
            auto[- ]?renew\w*
    """,
    "smalltalk": r"""
        3   ^(?:(?:hi|hey|hello|hiya|heyo|yo|howdy|greetings|good (?:morning|afternoon|evening|day|night)|dear|
            welcome|hola|there|sir|madam|team|again|ok|okay|great|fine|sure|cool|perfect|awesome|yes|no|alright|
            thanks?|thank you|bye|goodbye|cheers|please|so much|very much|a lot)\b\W*)+$
        2   ^(?:thanks?|thank you|thx|thanx|goodbye|bye)\b(?!.* but )
        1.3 ^(?:hi|hey|hello|good (?:morning|afternoon|evening|day))(?: \S+){0,2}$|
            how (?:are you|is it going|are things|have you been|you doing|is your day|do you do)|what is up|
            nice to meet|how (?:you )?doin\w*
        0.7 thanks?|thank you|thx|thanx|goodbye|bye|see you|farewell|appreciate|have a (?:good|nice|great|lovely)|
            pleasure|cheers|take care
    """,
    "out_of_scope": r"""
        2.3 (?:weather|forecast|temperature|translate|recipes?|jokes?|horoscope|poem|alarm|timer|playlist|songs?|
            movies?|restaurants?|flights?|hotels?|traffic|bitcoin price|stock market|capital of|president|
            meaning of|definition of|define|spell\w*|calories|mortgage|credit score|rent|taxes|vacation|reminder|
            to[- ]do list)\b
        2   who (?:is|was|are|invented|wrote) (?!my|the manager)|how do you say|
            what is the (?:definition|meaning|capital|population|square root|distance)|
            are you (?:a )?(?:robot|bot|real|ai)\b|what (?:language|year|planet)
    """,
}
