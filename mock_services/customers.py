"""The customers service. `{customer}` is an e-mail address or a customer id, in any case."""

from fastapi import APIRouter, Response

from mock_services import answers, wire, wishes
from mock_services.idempotency import OpenShop, Writing
from mock_services.models import Customer, Order, SupportTicket
from mock_services.rules import customers as rules

router = APIRouter(prefix="/customers/{customer}", tags=["customers"])


@router.get("", response_model=Customer)
async def read_customer(customer: str, shop: OpenShop) -> Response:
    return wire.one(shop.customer(customer))


@router.get("/orders", response_model=list[Order])
async def list_orders_of_customer(customer: str, shop: OpenShop) -> Response:
    return wire.many(shop.orders_of(shop.customer(customer)))


@router.get("/support-history", response_model=list[SupportTicket])
async def list_support_history(customer: str, shop: OpenShop) -> Response:
    return wire.many(shop.tickets(shop.customer(customer)))


@router.put("/tier", response_model=answers.CustomerChanged)
async def change_tier(customer: str, wish: wishes.TierWish, write: Writing) -> Response:
    return write.once(lambda shop: rules.change_tier(shop, shop.customer(customer), wish))


@router.post("/notes", response_model=answers.CustomerNoted)
async def add_customer_note(customer: str, wish: wishes.NoteWish, write: Writing) -> Response:
    return write.once(lambda shop: rules.add_note(shop, shop.customer(customer), wish))


@router.post("/credit", response_model=answers.CreditGiven)
async def give_credit(customer: str, wish: wishes.CreditWish, write: Writing) -> Response:
    return write.once(lambda shop: rules.give_credit(shop, shop.customer(customer), wish))


@router.post("/callbacks", response_model=answers.CallbackBooked)
async def book_callback(customer: str, wish: wishes.CallbackWish, write: Writing) -> Response:
    return write.once(lambda shop: rules.book_callback(shop, shop.customer(customer), wish))


@router.post("/escalations", response_model=answers.Escalated)
async def escalate(customer: str, wish: wishes.EscalationWish, write: Writing) -> Response:
    return write.once(lambda shop: rules.escalate(shop, shop.customer(customer), wish))
