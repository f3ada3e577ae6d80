"""Sending goods back: 30 days after delivery, returnable items, each once."""

from datetime import date, timedelta
from typing import Final

from mock_services import answers, wishes
from mock_services.models import Item, Order, Return
from mock_services.problems import Conflict, Refusal, Unknown
from mock_services.shop import Change, Deed, Shop

WINDOW: Final = timedelta(days=30)


def open_return(shop: Shop, order: Order, wish: wishes.ReturnWish) -> Change:
    sku = item_in(order, wish.sku).sku if wish.sku else None
    check(order, sku, shop.today)
    changed = opened(shop, order, sku, wish.reason)
    made = changed.returns[-1]
    done = f"Return {made.return_id} for order {order.order_id} is open."
    answer = answers.ReturnOpened(done=done, return_id=made.return_id, opened=made, order=changed)
    deed = Deed("return", order.order_id, {"return_id": made.return_id, "sku": sku, "reason": wish.reason})
    return Change(answer, deed, (changed,))


def label(order: Order, return_id: str) -> Change:
    found = return_in(order, return_id)
    _check_open(found, "needs no label")
    url = f"https://shop.example.com/labels/{found.return_id}.pdf"
    changed = _replaced(order, found.model_copy(update={"label_url": url}))
    done = f"The label for return {found.return_id} is ready."
    answer = answers.LabelMade(done=done, return_id=found.return_id, label_url=url, order=changed)
    if changed == order:
        return Change(answer, deed=None)
    return Change(answer, Deed("return_label", order.order_id, {"return_id": found.return_id}), (changed,))


def void(order: Order, return_id: str) -> Change:
    found = return_in(order, return_id)
    _check_open(found, "cannot be called off")
    changed = _replaced(order, found.model_copy(update={"status": "void", "label_url": None}))
    done = f"Return {found.return_id} was called off."
    answer = answers.ReturnVoided(done=done, return_id=found.return_id, order=changed)
    return Change(answer, Deed("void_return", order.order_id, {"return_id": found.return_id}), (changed,))


def eligibility(order: Order, sku: str | None, today: date) -> answers.Eligibility:
    until = _until(order)
    try:
        check(order, item_in(order, sku).sku if sku else None, today)
    except Refusal as refusal:
        return answers.Eligibility(eligible=False, reason=refusal.problem.detail, until=until)
    return answers.Eligibility(eligible=True, reason=f"Order {order.order_id} can be returned.", until=until)


def check(order: Order, sku: str | None, today: date) -> None:
    """Refuse what cannot be sent back. A sku of None asks for whatever is left."""
    until = _until(order)
    if until is None:
        raise Conflict("not_delivered", f"Order {order.order_id} was not delivered, so it cannot be returned yet.")
    asked = [item for item in order.items if sku in (None, item.sku)]
    returnable = [item for item in asked if item.returnable]
    if not returnable:
        raise Conflict("not_returnable", f"{_names(asked)} cannot be returned.")
    if all(_returned(order, item) for item in returnable):
        raise Conflict("already_returned", f"A return for {_names(returnable)} exists already.")
    if today > until:
        raise Conflict("return_window_over", f"Order {order.order_id} could be returned until {until}.")


def opened(shop: Shop, order: Order, sku: str | None, reason: str) -> Order:
    made = Return(
        return_id=shop.new_id("RET"), status="open", sku=sku, reason=reason, label_url=None, created_at=shop.now()
    )
    return order.model_copy(update={"returns": (*order.returns, made)})


def item_in(order: Order, sku: str) -> Item:
    for item in order.items:
        if item.sku == sku.upper():
            return item
    raise Unknown("item_unknown", f"Order {order.order_id} has no item {sku}.")


def return_in(order: Order, return_id: str) -> Return:
    for found in order.returns:
        if found.return_id == return_id.upper():
            return found
    raise Unknown("return_unknown", f"Order {order.order_id} has no return {return_id}.")


def _until(order: Order) -> date | None:
    if order.delivered_at is None or order.status not in {"delivered", "returned"}:
        return None
    return order.delivered_at.date() + WINDOW


def _returned(order: Order, item: Item) -> bool:
    covered = any(found.status != "void" and found.sku in (None, item.sku) for found in order.returns)
    return covered or order.status == "returned"


def _check_open(found: Return, consequence: str) -> None:
    if found.status != "open":
        raise Conflict("return_not_open", f"Return {found.return_id} is {found.status} and {consequence}.")


def _replaced(order: Order, changed: Return) -> Order:
    returns = tuple(changed if found.return_id == changed.return_id else found for found in order.returns)
    return order.model_copy(update={"returns": returns})


def _names(items: list[Item]) -> str:
    return " and ".join(item.name for item in items)
