"""The data of a fresh shop, the same for a seed and a day; all dates count from that day.

400 generated customers (`people`), and these at example.com, whose orders the demo and the tests rely on:

furious.frank: Frank Keller, standard.
    ORD-00012345, Espresso machine, 249.00 EUR: delayed, expected 6 days ago, stuck with DHL in the Leipzig hub.
polly.inquirer: Polly Hart, silver.
    ORD-00067890, Linen dress M and Canvas tote: in transit with UPS, expected in 2 days, last seen in Cologne.
    ORD-00061234, delivered 40 days ago.
vera.vip: Vera Lindqvist, vip.
    ORD-00055501, delivered 5 days ago, charged with a "Premium handling fee" of 49.90 EUR.
jack.jacket: Jack Miller, gold.
    ORD-00077701, delivered 4 days ago: Trail jacket M (JKT-TRAIL-M), 129.00 EUR. L is in stock.
connie.confused: Connie Duarte, standard.
    ORD-00033301 delivered, a refund pending for one item; ORD-00033302 in transit; ORD-00033303 processing.
oscar.old: Oscar Brandt, standard.
    ORD-00060601, delivered 60 days ago: the return window is over.
nora.new: Nora Novak, standard, has no orders.
carl.cancel: Carl Weber, standard.
    ORD-00080001, processing, 80.00 EUR: can be cancelled.
lou.lost: Lou Martin, silver.
    ORD-00044401, lost.
"""

from datetime import date
from functools import lru_cache

from mock_services.seed.catalogue import PRODUCTS
from mock_services.seed.demo import demo
from mock_services.seed.journeys import Stock
from mock_services.seed.people import people

__all__ = ["Stock", "stock"]


# Tests open many shops in one process. A shop replaces documents and never changes them, so all may share these.
@lru_cache(maxsize=4)
def stock(seed: int, today: date) -> Stock:
    fixed, generated = demo(today), people(seed, today)
    documents = (*PRODUCTS.values(), *fixed.documents, *generated.documents)
    return Stock(documents, {**fixed.tickets, **generated.tickets})
