"""What customers say about orders, parcels, refunds and goods.

A line begins with the weight of its pattern; a line without one goes on where the line before it ended. The words in
angle brackets, and what a weight means, are in `_intent_patterns`.
"""

from activities._intent_names import IntentName

ORDERS: dict[IntentName, str] = {
    "order_status": r"""
        3   where(?: is| are|'s)?<few>(?:my|the|our|this|that)<few>(?:<order>|stuff)
        3   (?:track|tracking|trace|locate|follow)<gap>(?:<order>)|tracking (?:number|link|code|info\w*)
        3   (?:status|state|eta|whereabouts|progress|update)<gap>(?:<order>)|
            <order>(?:'s)?<gap>(?:status|eta|progress|tracking)
        3   when (?:will|is|should|can|do|does|are|was)<gap>(?:i|my|it|they|we|the)<gap>(?:arriv\w+|come|coming|
            here|delivered|receive|get|shipped|sent)
        2.5 (?:has|have|was|is|did)<few>(?:my|the|our)<few><order><few>(?:ship\w*|sent|dispatched|left|go|went|
            delivered|on its way)
        2.5 (?:check|checking|see|know|look up|inform\w*|update|about|happen\w*)<few>(?:to|on|with|about|
            of)?<few>(?:my|the|an|our) (?:<bought>|parcel|package)
        2   (?:how long|how much longer)<gap>(?:until|till|before)|out for delivery|track it|
            my order (?:number|no|id)
        2.2 where is it|(?:expedit\w*|rush|speed up|hurry)
        1.5 (?:status|tracking|track|eta)|expect(?:ed|ing)? (?:delivery|it|my)
        1   (?:my|the) (?:order|parcel|package)|ORDERNO|<bought>
    """,
    "delivery_info": r"""
        3   (?:shipping|shipment|delivery|shipments|postage)<few>(?:options?|methods?|types?|modes?|modalit(?:y|
            ies)|costs?|fees?|charges?|prices?|rates?|times?|periods?|durations?|areas?|countr(?:y|ies)|zones?|
            slots?|timings?|estimates?|polic(?:y|ies)|partners?)
        3   (?:do|does|can|could|will|are|is|would)<few>(?:you|u|it|they)?<few>(?:ship|shipping|deliver|
            delivering|send)<few>(?:to|in|at|abroad|internationally|overseas|now|here|on|outside)
        3   how (?:long|many days|much time|fast|soon|quick\w*)<gap>(?:ship\w*|deliver\w*|arrive|get here|get to)
        3   how much<gap>(?:shipping|delivery|postage|to ship|to send)|
            (?:free|international|worldwide|express|overnight|same ?day|next ?day|standard|expedited|
            local) (?:shipping|delivery|shipment)
        3   (?:shipping|shipments?|deliver|delivery|delivering|ship) (?:to|in|at|for|available|available in|
            outside|abroad)\b(?! (?:my|the|this|a) )
        3   (?:restart|resume|resuming|start|starting|begin)<few>(?:deliver\w*|shipping|services?|orders?)|
            deliver\w* (?:now|available|possible|yet|resume\w*)
        2.5 when (?:do|can|will|are)<few>(?:you|u)<gap>(?:deliver\w*|ship\w*|resume|open)|
            when (?:will|can|do|does)<gap>(?:arrive|delivered|ship)\b
        3.5 (?:plac(?:e|ing) (?:an )?order|can i order|ordering) from|
            how (?:long|soon|many days|much time)(?: \S+){0,7} (?:arrive|expect|deliver\w*|parcels?)
        2.5 (?:pin|zip|post|postal) ?codes?|
            (?:are|can|do|will)<few>(?:deliver|delivering)<few>(?:products?|items?|orders?|goods)
        1   shipping|delivery|deliver|delivering
    """,
    "delivery_complaint": r"""
        3.2 (?:not|never|yet to|nothing)<few>(?:been )?(?:arriv\w+|received?|receiving|delivered|come|came|
            shown up|turned up|reached|(?:got|get|gotten)(?! (?:in|into|to|access|through|an? answer|
            any (?:answer|help|reply))))
        3.2 (?:still|been)<few>waiting|still (?:is )?not (?:here|there)|not (?:here|there) yet|
            taking (?:so|too|very|this|forever)<few>(?:long)?
        3.2 <order><few>(?:is|was|are|has been|got|seems?|went|keeps?|getting|be)<few>(?:late|delay\w*|overdue|
            lost|missing|stolen|stuck|gone)
        3   (?:late|delay\w*|lost|missing|overdue|stolen) (?:<order>)|
            (?:days?|weeks?|months?|hours?) (?:late|overdue|over|passed|ago and)
        3   (?:mark\w*|shows?|showing|says?|stat\w+)<few>(?:as )?delivered|returned to sender|
            tracking<few>(?:has )?not<few>(?:mov\w+|updat\w+|chang\w+)
        2.5 (?:it's|it is|its|already|almost|been)<few>(?:more than|over)?<few>(?:days|weeks?|months?)\b|
            why<gap>(?:late|delay\w*|long)|(?:was|were) supposed to<gap>(?:arrive|here|delivered|come|get)
        1.5 delay|delays|delayed|late|overdue|undelivered
    """,
    "place_order": r"""
        3   (?:plac(?:e|ed|ing)|mak(?:e|ing)|submit|create|put in)<few>(?:an |a )?(?:new |another )?(?:<bought>)\b
        3   (?:buy|buying|purchase|purchasing|order|ordering|acquir(?:e|ing)|shop)<few>(?:some|
            several|a few|few|any|something|one|a couple|an? (?:item|article|product))\b
        3   (?:want|like|need|help|how|can i|could i|possible|trying|assist\w*)<gap>(?:buy|buying|purchase|
            purchasing)\b
        2.5 (?:want|like|need|going|ready|trying|have|got) to (?:order|make a purchase)|
            (?:can|could|may|how (?:do|can|could|to)) (?:i |we )?order\b|
            ordering (?:an?|some|the|this|products?|items?)
        2   order (?:an?|this|these|new|more|online|products?|items?)\b|(?:new|another|next) order|take my order|
            taking orders|prepaid order|checkout
        1.5 buy|buying
    """,
    "cancel_order": r"""
        4   cancel(?:s|led|ling|ed|ing|lation)?<gap>(?:<order>|it|this|that|everything)\b|
            <order>(?: \S+){0,5} cancel\w*
        3   (?:stop|abort|withdraw|undo|revoke|call off)<few>(?:my|the|this|an)<few>(?:order|purchase|shipment)|
            do not (?:want|need)<few>(?:my|the|this|that) (?:order|purchase) (?:any ?more|anymore)
        2.5 cancel|cancell?ing|cancell?ation|cancelled|canceled
    """,
    "change_order": r"""
        3.2 <edit><few>(?:my|the|an|this|some|several|a|pending)?<gap>(?:<bought>|items?|articles?|products?)\b
        3.2 (?:add|adding|remove|removing|delete|deleting|take|swap|swapping|switch|switching|replace|
            put)<gap>(?:to|from|of|off|in|on|into)<few>(?:<bought>)
        3   (?:swap|swapping|switch|switching)<gap>(?:items?|articles?|products?|something)|
            (?:change|increase|reduce|double)<few>(?:the )?(?:quantity|number of)|wrong quantity
        2.5 (?:upgrade|downgrade)<gap>(?:shipping|order|delivery)|forgot to (?:add|include|order)|
            combine<few>orders
    """,
    "change_address": r"""
        3.6 (?:<edit>|set|setting|setup|add|adding|enter|entered|entering|insert\w*|wrong|different|new|another|
            invalid|incorrect|update)<gap>(?<!email )(?<!mail )(?:address|addresses)\b
        3.6 (?<!email )(?<!mail )address\b<few>(?:is|was|not|be|needs?|to|set|correct\w*|chang\w*|updat\w*|
            modif\w*)<few>(?:wrong|incorrect|invalid|valid|old|changed|updated|corrected|corrections?|up|changes?|
            updates?|modif\w*)
        3   (?:ship|send|deliver|redirect|reroute|forward)<gap>(?:to )?(?:a |an |my |the )?(?:different|another|
            new|other|work|office|neighbou?r\w*)(?: \S+)? ?(?:address|place|house|location)?
        3   address (?:changes?|corrections?|updates?|modifications?)|
            (?:i|we)(?: have| am| are)?(?: just)? (?:moved|moving|relocated)
        2   (?:shipping|delivery|home|billing) address(?:es)?|(?<!email )(?<!mail )address
    """,
    "refund_request": r"""
        3   (?:want|like|need|request\w*|get|getting|ask\w*|receiv\w+|demand\w*|obtain\w*|claim\w*|give|how|
            help\w*|process|issue|apply|application|due|initiate|have|submit|seek\w*|deserve|
            expect)<gap>(?:<refund>)
        3   refund (?:me|my|it|this|that|the|please|us|order)\b|
            (?:return|give|pay|send|want|get) (?:me )?(?:back )?(?:all )?(?:my|the) money(?: back)?|be refunded|
            reimburse me
        2.5 reimbursing|refunding|(?:overpaid|price difference|pay (?:me|it) back)
        1.8 <refund>
    """,
    "refund_status": r"""
        3.8 (?:where (?:is|are|can i (?:see|check))|status|track\w*|when|waiting|wait|awaiting|still|pending|
            progress|update|state|situation|see if|check\w*|follow up)<gap>(?:<refund>)(?! polic)
        3.8 (?:not|never|yet|nothing)<gap>(?:<refund>)\b(?! polic)(?!<few>(?:want|need))|
            <refund>(?: \S+){0,4} (?:status|arriv\w+|yet|not|never|processed|pending|show\w*|taking|come|received|
            missing|late|been|progress|went)
        3.6 expect(?:ing)? (?:a|an|my|the)<few><refund>|how long<gap>(?:my|the|a) <refund>|
            (?:already|have|has)<few>(?:returned|sent back|sent it back)<gap>(?:<refund>|money|charged|billed)
        2.5 (?:processed|credited)<few>(?:my|the)<few>(?:refund|money|return)|
            money<few>(?:not )?(?:been )?(?:credited|returned|refunded)
    """,
    "return_request": r"""
        3.4 (?:want|like|need|wish|try\w*|how|can|could|have|going|help\w*|assist\w*|possible|
            please)<gap>(?:return(?:ing)?|send(?:ing)? (?:\S+ ){0,6}?back|give (?:\S+ ){0,3}back)\b(?! (?:polic|
            to sender))
        3   return(?:ing)? (?:it|this|that|my|the|these|them|an?|some|items?|products?|goods|order|purchase|label|
            both)\b(?! polic)|(?:return|returns) (?:label|request|process|procedure|form|slip|shipping)
        2.5 (?:send|sending|ship|mail|take|give) (?:it|this|that|them|these) back|
            (?:pick ?up|collect) (?:the|my|this)<few>(?:return|item|product)|returned (?:it|my|the|an?)
        2   (?<!in )returns?\b(?! to sender)|does not fit|do not fit|
            too (?:small|big|large|tight|loose|long|short)|wrong (?:size|colou?r)|changed my mind|
            no longer (?:want|need)
    """,
    "exchange_request": r"""
        3.4 (?:exchang(?:e|es|ed|ing)|replac(?:e|es|ing|ement|ements))<gap>(?:it|this|that|them|my|the|item|
            product|size|colou?r|for|with|one|order)?
        3.2 (?:swap|trade|switch|change)<gap>(?:for|to|with|into) (?:a|an|the|another|one)<gap>(?:size|colou?r|
            one|larger|smaller|bigger|medium|small|large)|
            (?:swap|trade)<gap>(?:for|to|with|into) (?:size|xx?s|s|m|l|x{1,3}l)\b|
            (?:another|different|other|larger|smaller|bigger|next|right|correct) (?:size|colou?r)<gap>(?:instead|
            please)?
        2.6 exchang(?:e|es|ed|ing)|replacements?|send (?:me )?(?:a |an )?(?:new|another) one
    """,
    "product_issue": r"""
        3   (?:not|never|stopp?ed|quit|stops|hardly|barely|no longer)<few>(?:even |properly |really )?(?:work|
            working|workin|works|worked|function\w*|charg(?:e|ing)|turn(?:ing)? on|start(?:ing)?)\b
        3   (?:broke|broken|breaks|defect\w*|faulty|damag\w+|cracked|shattered|smashed|scratched|torn|ripped|
            stain\w*|leak(?:s|ed|ing)|malfunction\w*|expired|mou?ldy|rotten|rusty|chipped|bent|unusable|
            fell apart)
        3   (?:sent|received|got|delivered|send|gave|shipped|contains?|ordered)<gap>(?:wrong|incorrect|different|
            other|another|empty|fake|used|old)<few>(?:item|product|one|order|thing|size|colou?r|box|model|
            article)?|not what i (?:ordered|bought|wanted|asked)
        2.5 (?:parts?|pieces?|screws?|buttons?|cable|charger|accessor\w+|manual)<few>(?:is |are |was |
            were )?(?:missing|lost)|missing (?:parts?|pieces?|screws?|buttons?|cable)|piece of junk|
            (?:went|gone|goes|is) (?:\S+ )?dead|poor quality|side effects?
    """,
}
