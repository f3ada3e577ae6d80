"""What does the shop say to the particular question? Return eligibility, refunds, stock, invoice, parcel trouble."""

import asyncio
from datetime import timedelta

from activities._facts import Doubts
from activities._gloss import gloss
from activities._language import OURS
from activities._questions import Question, concerned, orders_for, raised_by
from activities._together import asked
from activities._variants import Wanted, singular, wanted
from activities.context_retriever import Context
from activities.intent_analyzer import Intent
from mesh.actor import actor
from mesh.identity import vouched
from mesh.protocol import Enrichment, Message
from mesh.route import Wire
from mesh.settings import Settings
from mesh.shop import Invoice, Order, Product, Refund, ReturnEligibility, Shop, TrackingException

MOST_PRODUCTS = 8


class OrderFacts(Wire):
    order_id: str
    return_eligibility: ReturnEligibility | None = None
    refunds: tuple[Refund, ...] = ()
    invoice: Invoice | None = None
    exceptions: tuple[TrackingException, ...] = ()


class ApiData(Enrichment, slot="api_data"):
    orders: tuple[OrderFacts, ...] = ()
    products: tuple[Product, ...] = ()
    unavailable: tuple[str, ...] = ()

    def facts(self, order_id: str) -> OrderFacts | None:
        return next((facts for facts in self.orders if facts.order_id == order_id), None)


@actor("api_query_executor", timeout=timedelta(seconds=10), rides=True)
async def api_query_executor(message: Message, *, shop: Shop, settings: Settings) -> ApiData:
    """Ask all at once and keep what is answered; these facts are never cached, for they are about money."""
    intent, context = message.need(Intent), message.need(Context)
    questions = raised_by(intent)
    if not (context.vouched and vouched(message, settings)):
        # Whatever orders got into this message: they are shown to nobody but their owner.
        context = context.model_copy(update={"orders": ()})
    asked = concerned(tuple(name for name in questions if name != "products"), intent, context)
    queries = Queries(shop)
    orders, products = await asyncio.gather(
        asyncio.gather(
            *(queries.about(order, asked[order.order_id]) for order in context.orders if order.order_id in asked)
        ),
        queries.products(_wanted(message, intent, context) if "products" in questions else ()),
    )
    return ApiData(orders=tuple(orders), products=products, unavailable=queries.doubts.named)


class Queries:
    """The questions, asked side by side. One that fails is a doubt and leaves its field empty."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.doubts = Doubts()

    async def about(self, order: Order, questions: tuple[Question, ...]) -> OrderFacts:
        eligibility, refunds, invoice, exceptions = await asyncio.gather(
            self._eligibility(order, asked="return_eligibility" in questions),
            self._refunds(order, asked="refunds" in questions),
            self._invoice(order, asked="invoice" in questions),
            self._exceptions(order, asked="exceptions" in questions),
        )
        return OrderFacts(
            order_id=order.order_id,
            return_eligibility=eligibility,
            refunds=refunds,
            invoice=invoice,
            exceptions=exceptions,
        )

    async def products(self, wishes: tuple[Wanted, ...]) -> tuple[Product, ...]:
        found = await asyncio.gather(*map(self._product, wishes))
        unique = {product.sku: product for products in found for product in products}
        return tuple(unique.values())[:MOST_PRODUCTS]

    async def _eligibility(self, order: Order, *, asked: bool) -> ReturnEligibility | None:
        return await self.doubts.unless_down("orders", self._shop.return_eligibility(order.order_id)) if asked else None

    async def _refunds(self, order: Order, *, asked: bool) -> tuple[Refund, ...]:
        return (await self.doubts.unless_down("orders", self._shop.refunds(order.order_id)) if asked else None) or ()

    async def _invoice(self, order: Order, *, asked: bool) -> Invoice | None:
        return await self.doubts.unless_down("orders", self._shop.invoice(order.order_id)) if asked else None

    async def _exceptions(self, order: Order, *, asked: bool) -> tuple[TrackingException, ...]:
        number = order.tracking_number if asked else None
        return (
            await self.doubts.unless_down("tracking", self._shop.tracking_exceptions(number)) if number else None
        ) or ()

    async def _product(self, wish: Wanted) -> tuple[Product, ...]:
        exact = await self.doubts.unless_down("orders", self._shop.products(*wish))
        # Not sold like that: what there is instead is worth knowing.
        return exact or await self.doubts.unless_down("orders", self._shop.products(singular(wish.words))) or ()


def _wanted(message: Message, intent: Intent, context: Context) -> tuple[Wanted, ...]:
    """The products to look up: for an exchange what was bought, else what is named."""
    text = gloss(asked(message), intent.language or OURS)
    bought = orders_for("products", intent, context) if "exchange_request" in intent.wanted else ()
    names = [item.name for order in bought for item in order.items] or intent.entities.products
    return tuple(wish for name in dict.fromkeys(names) if (wish := wanted(name, text)).words)
