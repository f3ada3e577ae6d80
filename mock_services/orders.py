"""The orders service. `{order}` is `12345`, `#12345` or `ORD-00012345`, in any case."""

from fastapi import APIRouter, Response

from mock_services import answers, wire, wishes
from mock_services.idempotency import OpenShop, Writing
from mock_services.models import HistoryEntry, Order, Refund
from mock_services.rules import delivery, refunds
from mock_services.rules import orders as rules

router = APIRouter(tags=["orders"])


@router.get("/customers/{customer}/orders", response_model=list[Order])
async def list_orders_of_customer(customer: str, shop: OpenShop) -> Response:
    return wire.many(shop.orders_of(shop.customer(customer)))


@router.get("/orders/{order}", response_model=Order)
async def read_order(order: str, shop: OpenShop) -> Response:
    return wire.one(shop.order(order))


@router.get("/orders/{order}/history", response_model=list[HistoryEntry])
async def read_history(order: str, shop: OpenShop) -> Response:
    return wire.many(shop.history(shop.order(order)).entries)


@router.get("/orders/{order}/refunds", response_model=list[Refund])
async def list_refunds(order: str, shop: OpenShop) -> Response:
    return wire.many(shop.order(order).refunds)


@router.get("/orders/{order}/invoice", response_model=answers.Invoice)
async def read_invoice(order: str, shop: OpenShop) -> Response:
    return wire.one(rules.invoice(shop.order(order)))


@router.put("/orders/{order}/status", response_model=answers.OrderChanged)
async def change_status(order: str, wish: wishes.StatusWish, write: Writing) -> Response:
    return write.once(lambda shop: rules.change_status(shop, shop.order(order), wish))


@router.put("/orders/{order}/address", response_model=answers.OrderChanged)
async def change_order_address(order: str, wish: wishes.AddressWish, write: Writing) -> Response:
    return write.once(lambda shop: rules.change_address(shop, shop.order(order), wish))


@router.post("/orders/{order}/expedite", response_model=answers.Expedited)
async def expedite_order(order: str, write: Writing) -> Response:
    return write.once(lambda shop: delivery.expedite(shop, shop.order(order)))


@router.post("/orders/{order}/cancel", response_model=answers.Cancelled)
async def cancel_order(order: str, wish: wishes.CancelWish, write: Writing) -> Response:
    return write.once(lambda shop: rules.cancel(shop, shop.order(order), wish))


@router.post("/orders/{order}/notes", response_model=answers.OrderNoted)
async def add_order_note(order: str, wish: wishes.NoteWish, write: Writing) -> Response:
    return write.once(lambda shop: rules.add_note(shop, shop.order(order), wish))


@router.post("/orders/{order}/refund", response_model=answers.Refunded)
async def refund_order(order: str, wish: wishes.RefundWish, write: Writing) -> Response:
    return write.once(lambda shop: refunds.refund(shop, shop.order(order), wish))


@router.post("/orders/{order}/invoice/resend", response_model=answers.InvoiceSent)
async def resend_invoice(order: str, write: Writing) -> Response:
    return write.once(lambda shop: rules.resend_invoice(shop, shop.order(order)))
