"""Returns and exchanges, a part of the orders service."""

from fastapi import APIRouter, Response

from mock_services import answers, wire, wishes
from mock_services.idempotency import OpenShop, Writing
from mock_services.rules import exchanges
from mock_services.rules import returns as rules

router = APIRouter(prefix="/orders/{order}", tags=["returns"])


@router.get("/return-eligibility", response_model=answers.Eligibility)
async def read_return_eligibility(order: str, shop: OpenShop, sku: str | None = None) -> Response:
    return wire.one(rules.eligibility(shop.order(order), sku, shop.today))


@router.post("/return", response_model=answers.ReturnOpened)
async def open_return(order: str, wish: wishes.ReturnWish, write: Writing) -> Response:
    return write.once(lambda shop: rules.open_return(shop, shop.order(order), wish))


@router.post("/returns/{return_id}/label", response_model=answers.LabelMade)
async def make_return_label(order: str, return_id: str, write: Writing) -> Response:
    return write.once(lambda shop: rules.label(shop.order(order), return_id))


@router.post("/returns/{return_id}/void", response_model=answers.ReturnVoided)
async def void_return(order: str, return_id: str, write: Writing) -> Response:
    return write.once(lambda shop: rules.void(shop.order(order), return_id))


@router.post("/exchange", response_model=answers.Exchanged)
async def exchange_item(order: str, wish: wishes.ExchangeWish, write: Writing) -> Response:
    return write.once(lambda shop: exchanges.exchange(shop, shop.order(order), wish))
