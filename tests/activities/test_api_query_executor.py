from collections.abc import AsyncIterator

import pytest

from activities._questions import RAISED
from activities._variants import Wanted, singular, wanted
from activities.api_query_executor import ApiData, api_query_executor
from activities.context_retriever import Context, SessionContext
from activities.intent_analyzer import Entities, Intent, IntentName, OtherIntent
from tests.fakes import a_message, settings
from tests.mock_shop import MockShop, mock_shop

FRANK, VERA, JACK, CONNIE = (
    f"{name}@example.com" for name in ("furious.frank", "vera.vip", "jack.jacket", "connie.confused")
)


@pytest.fixture
async def market() -> AsyncIterator[MockShop]:
    async with mock_shop() as opened:
        yield opened


async def ask(  # noqa: PLR0913 - one for each thing a message may name
    market: MockShop,
    email: str,
    *intents: IntentName,
    orders: tuple[str, ...] = (),
    products: tuple[str, ...] = (),
    last: str | None = None,
    text: str = "Please help",
) -> ApiData:
    first, *others = intents
    intent = Intent(
        intent=first,
        confidence=0.9,
        secondary=tuple(OtherIntent(intent=name, confidence=0.7) for name in others),
        entities=Entities(order_ids=orders, products=products),
    )
    context = Context(orders=await market.shop.orders(email), session=SessionContext(last_order_id=last))
    market.seen.clear()
    found = await api_query_executor(
        a_message(text, intent, context, email=email), shop=market.shop, settings=settings()
    )
    assert isinstance(found, ApiData)
    return found


async def test_a_return_request_learns_whether_the_order_can_go_back(market: MockShop) -> None:
    found = await ask(market, JACK, "return_request")
    [facts] = found.orders
    assert facts.order_id == "ORD-00077701"
    assert facts.return_eligibility
    assert facts.return_eligibility.eligible
    assert facts.invoice is None


async def test_a_refund_status_request_learns_the_refund(market: MockShop) -> None:
    found = await ask(market, CONNIE, "refund_status")
    [facts] = found.orders
    assert [(refund.refund_id, refund.status) for refund in facts.refunds] == [("REF-33301", "pending")]
    assert facts.return_eligibility is None


@pytest.mark.parametrize("intent", ["billing_invoice", "payment_issue"])
async def test_a_question_about_money_gets_the_invoice_with_its_charges(market: MockShop, intent: IntentName) -> None:
    [facts] = (await ask(market, VERA, intent)).orders
    assert facts.invoice
    assert ("Premium handling fee", 49.90) in [(charge.description, charge.amount) for charge in facts.invoice.charges]


async def test_a_late_parcel_is_explained_by_its_exceptions(market: MockShop) -> None:
    [facts] = (await ask(market, FRANK, "delivery_complaint")).orders
    assert [exception.code for exception in facts.exceptions] == ["DELAYED"]


async def test_three_issues_in_one_message_are_each_asked_about_their_own_order(market: MockShop) -> None:
    found = await ask(market, CONNIE, "refund_status", "delivery_complaint", "cancel_order")
    assert {facts.order_id for facts in found.orders} == {"ORD-00033301", "ORD-00033302"}
    refunds = found.facts("ORD-00033301")
    assert refunds
    assert len(refunds.refunds) == 1
    assert sorted(path.rsplit("/", 1)[1] for path in market.seen) == ["exceptions", "refunds"]


async def test_only_the_named_order_is_asked_about(market: MockShop) -> None:
    found = await ask(market, CONNIE, "return_request", orders=("ORD-00033303",))
    [facts] = found.orders
    assert facts.order_id == "ORD-00033303"
    assert facts.return_eligibility
    assert not facts.return_eligibility.eligible
    assert "not delivered" in facts.return_eligibility.reason


async def test_another_customers_order_is_not_asked_about(market: MockShop) -> None:
    await ask(market, CONNIE, "payment_issue", orders=("ORD-00055501",))
    assert market.seen
    assert not [path for path in market.seen if "55501" in path]


async def test_without_a_number_the_order_last_talked_about_is_meant(market: MockShop) -> None:
    found = await ask(market, CONNIE, "billing_invoice", last="ORD-00033302")
    assert [facts.order_id for facts in found.orders] == ["ORD-00033302"]


async def test_a_customer_without_orders_is_asked_nothing(market: MockShop) -> None:
    assert await ask(market, "nora.new@example.com", "return_request", "order_status") == ApiData()
    assert market.seen == []


async def test_an_exchange_learns_the_stock_of_what_was_bought(market: MockShop) -> None:
    found = await ask(market, JACK, "exchange_request", products=("jacket",), text="The jacket is too small, need L")
    [product] = found.products
    assert (product.sku, product.sizes["L"], product.sizes["XXL"]) == ("JKT-TRAIL", 15, 0)
    assert found.orders[0].return_eligibility


async def test_a_product_question_finds_products_by_their_plural(market: MockShop) -> None:
    found = await ask(market, JACK, "product_inquiry", products=("jackets",), text="Do you have jackets?")
    assert {product.sku for product in found.products} == {"JKT-TRAIL", "JKT-RAIN"}
    assert found.orders == ()


async def test_a_colour_narrows_the_search_and_its_absence_widens_it(market: MockShop) -> None:
    yellow = await ask(market, JACK, "product_inquiry", products=("yellow jacket",), text="a yellow jacket in size L?")
    assert [product.sku for product in yellow.products] == ["JKT-RAIN"]
    pink = await ask(market, JACK, "product_inquiry", products=("pink jacket",), text="a pink jacket?")
    assert len(pink.products) == 2


async def test_a_product_question_without_a_product_does_not_fetch_the_catalogue(market: MockShop) -> None:
    assert (await ask(market, JACK, "product_inquiry")).products == ()
    assert market.seen == []


async def test_what_answers_is_kept_when_a_service_fails(market: MockShop) -> None:
    await market.spoil("tracking")
    found = await ask(market, CONNIE, "delivery_complaint", "refund_status", orders=("ORD-00033301",))
    assert found.unavailable == ("tracking",)
    [facts] = found.orders
    assert facts.refunds
    assert facts.exceptions == ()


async def test_one_failing_question_spoils_no_other(market: MockShop) -> None:
    await market.spoil("orders", path="/refunds")
    found = await ask(market, JACK, "return_request")
    assert found.unavailable == ("orders",)
    assert found.orders[0].return_eligibility


async def test_an_intent_without_questions_asks_nothing(market: MockShop) -> None:
    assert "policy_question" not in RAISED
    assert await ask(market, JACK, "policy_question") == ApiData()


async def test_a_list_of_many_orders_is_cut(market: MockShop) -> None:
    [order] = await market.shop.orders(JACK)
    many = tuple(order.model_copy(update={"order_id": f"ORD-{number:08d}"}) for number in range(9))
    named = Entities(order_ids=tuple(each.order_id for each in many))
    intent = Intent(intent="billing_invoice", confidence=1, entities=named)
    found = await api_query_executor(
        a_message("All of them", intent, Context(orders=many)), shop=market.shop, settings=settings()
    )
    assert isinstance(found, ApiData)
    assert len(found.orders) == 5


@pytest.mark.parametrize(
    ("product", "text", "expected"),
    [
        ("the blue linen dress", "Is the blue linen dress there in size M?", Wanted("linen dress", "M", "blue")),
        ("jacket", "This M is tight, swap it for an L please", Wanted("jacket", "L", "")),
        ("shoes", "Running shoes in size 39.5, in gray", Wanted("shoes", "39.5", "grey")),
        ("t-shirt", "a t-shirt in large", Wanted("t-shirt", "L", "")),
        ("hat", "I'm looking for a hat, it's the best", Wanted("hat", "", "")),
        ("redwood shelf", "a redwood shelf, extralarge", Wanted("redwood shelf", "", "")),
    ],
)
def test_size_and_colour_are_read_as_whole_words(product: str, text: str, expected: Wanted) -> None:
    assert wanted(product, text) == expected


@pytest.mark.parametrize(
    ("plural", "one"), [("jackets", "jacket"), ("dresses", "dress"), ("dress", "dress"), ("boxes", "box")]
)
def test_plurals_are_made_singular(plural: str, one: str) -> None:
    assert singular(plural) == one
