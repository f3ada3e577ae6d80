"""The tracking service. `{number}` is a carrier's number, in any case, spaces allowed."""

from fastapi import APIRouter, Response

from mock_services import answers, wire, wishes
from mock_services.idempotency import OpenShop, Writing
from mock_services.models import Tracking, TrackingException
from mock_services.rules import delivery

router = APIRouter(prefix="/tracking/{number}", tags=["tracking"])


@router.get("", response_model=Tracking)
async def read_tracking(number: str, shop: OpenShop) -> Response:
    return wire.one(shop.tracking(number))


@router.get("/status", response_model=answers.TrackingSummary)
async def read_tracking_status(number: str, shop: OpenShop) -> Response:
    found = shop.tracking(number)
    summary = answers.TrackingSummary(
        tracking_number=found.tracking_number,
        status=found.status,
        location=found.location,
        estimated_delivery=found.estimated_delivery,
    )
    return wire.one(summary)


@router.get("/exceptions", response_model=list[TrackingException])
async def list_exceptions(number: str, shop: OpenShop) -> Response:
    return wire.many(shop.tracking(number).exceptions)


@router.put("/address", response_model=answers.TrackingChanged)
async def redirect_parcel(number: str, wish: wishes.AddressWish, write: Writing) -> Response:
    return write.once(lambda shop: delivery.change_address(shop, shop.tracking(number), wish))


@router.post("/expedite", response_model=answers.Expedited)
async def expedite_parcel(number: str, write: Writing) -> Response:
    return write.once(lambda shop: delivery.expedite(shop, shop.order(shop.tracking(number).order_id)))


@router.post("/issues", response_model=answers.CaseOpened)
async def report_issue(number: str, wish: wishes.IssueWish, write: Writing) -> Response:
    return write.once(lambda shop: delivery.report_issue(shop, shop.tracking(number), wish))
