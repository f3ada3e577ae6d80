"""Another size or colour: a return of what was delivered, and a new order that costs nothing."""

from datetime import timedelta
from typing import Final

from mock_services import answers, wishes
from mock_services.models import ONE_SIZE, Charge, History, Item, Order, Product
from mock_services.problems import Conflict, Unacceptable
from mock_services.rules.returns import check, item_in, opened
from mock_services.shop import Change, Deed, Shop

DELIVERY: Final = timedelta(days=4)


def exchange(shop: Shop, order: Order, wish: wishes.ExchangeWish) -> Change:
    item = item_in(order, wish.sku)
    check(order, item.sku, shop.today)
    product = shop.product(item.sku)
    wanted = _wanted(product, item, wish)
    changed = opened(shop, order, item.sku, wish.reason)
    replacement = _replacement(shop, order, wanted)
    answer = answers.Exchanged(
        done=f"{item.name} is exchanged; the new one comes with order {replacement.order_id}.",
        exchange_id=shop.new_id("EXC"),
        return_id=changed.returns[-1].return_id,
        replacement_order_id=replacement.order_id,
        replacement=replacement,
        order=changed,
    )
    history = History(order_id=replacement.order_id, entries=()).plus(
        shop.now(), "processing", f"Replaces {item.name} of order {order.order_id}."
    )
    documents = (changed, replacement, history, _taken(product, wanted))
    return Change(answer, _deed(answer, wanted), documents)


def _deed(answer: answers.Exchanged, wanted: Item) -> Deed:
    return Deed(
        "exchange",
        answer.order.order_id,
        {
            "exchange_id": answer.exchange_id,
            "return_id": answer.return_id,
            "replacement_order_id": answer.replacement_order_id,
            "sku": wanted.sku,
            "color": wanted.color,
        },
    )


def _wanted(product: Product, item: Item, wish: wishes.ExchangeWish) -> Item:
    size = _one_of(tuple(product.sizes), wish.size or item.size or ONE_SIZE, f"{product.name} in size")
    color = _one_of(product.colors, wish.color, f"{product.name} in") if wish.color else item.color
    if product.sizes[size] < item.quantity:
        raise Conflict("out_of_stock", f"{product.name} in size {size} is out of stock.")
    sku = product.sku if size == ONE_SIZE else f"{product.sku}-{size}"
    return item.model_copy(update={"sku": sku, "size": None if size == ONE_SIZE else size, "color": color})


def _one_of(offered: tuple[str, ...], asked: str, what: str) -> str:
    for offer in offered:
        if offer.lower() == asked.lower():
            return offer
    raise Unacceptable("variant_unknown", f"We do not sell the {what} {asked}.")


def _taken(product: Product, item: Item) -> Product:
    size = item.size or ONE_SIZE
    return product.model_copy(update={"sizes": {**product.sizes, size: product.sizes[size] - item.quantity}})


def _replacement(shop: Shop, order: Order, item: Item) -> Order:
    price = round(item.quantity * item.unit_price, 2)
    charges = (Charge(description=item.name, amount=price), Charge(description="Exchange", amount=-price))
    fresh = {
        "order_id": f"ORD-{90_000_000 + shop.new_number()}",
        "status": "processing",
        "placed_at": shop.now(),
        "expected_delivery": shop.today + DELIVERY,
        "delivered_at": None,
        "items": (item,),
        "charges": charges,
        "carrier": None,
        "tracking_number": None,
        **dict.fromkeys(("total", "paid", "refunded"), 0.0),
        **dict.fromkeys(("returns", "refunds", "notes"), ()),
    }
    return order.model_copy(update=fresh)
