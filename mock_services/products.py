"""The catalogue, a part of the orders service."""

from fastapi import APIRouter, Response

from mock_services import wire
from mock_services.idempotency import OpenShop
from mock_services.models import Product

router = APIRouter(prefix="/products", tags=["products"])


@router.get("", response_model=list[Product])
async def list_products(shop: OpenShop, query: str = "", size: str = "", color: str = "") -> Response:
    """Products that have every word of the query in name, category or sku, and are sold in that size and colour."""
    return wire.many([found for found in shop.products() if _matches(found, query, size, color)])


@router.get("/{sku}", response_model=Product)
async def read_product(sku: str, shop: OpenShop) -> Response:
    return wire.one(shop.product(sku))


def _matches(product: Product, query: str, size: str, color: str) -> bool:
    text = f"{product.name} {product.category} {product.sku}".lower()
    sizes = {each.lower() for each in product.sizes}
    return (
        all(word in text for word in query.lower().split())
        and (not size or size.lower() in sizes)
        and (not color or color.lower() in product.colors)
    )
