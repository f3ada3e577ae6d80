"""What the shop sells."""

from mock_services.models import ONE_SIZE, Item, Product

CLOTHES = {"XS": 4, "S": 12, "M": 20, "L": 15, "XL": 6, "XXL": 0}
SHOES = {"37": 3, "38": 6, "39": 8, "40": 9, "41": 7, "42": 11, "43": 5, "44": 0, "45": 2}


def _clothing(sku: str, name: str, price: float, *colors: str) -> Product:
    return Product(
        sku=sku, name=name, category="clothing", price=price, currency="EUR", sizes=dict(CLOTHES), colors=colors
    )


def _shoes(sku: str, name: str, price: float, *colors: str) -> Product:
    return Product(sku=sku, name=name, category="shoes", price=price, currency="EUR", sizes=dict(SHOES), colors=colors)


def _goods(sku: str, name: str, category: str, price: float, *colors: str, pieces: int = 25) -> Product:
    sizes = {ONE_SIZE: pieces}
    return Product(sku=sku, name=name, category=category, price=price, currency="EUR", sizes=sizes, colors=colors)


def _final(product: Product) -> Product:
    """Hygiene, food and vouchers do not come back."""
    return product.model_copy(update={"returnable": False})


PRODUCTS = {
    product.sku: product
    for product in (
        _clothing("JKT-TRAIL", "Trail jacket", 129.00, "forest", "black"),
        _clothing("JKT-RAIN", "Rain jacket", 89.00, "yellow", "navy"),
        _clothing("DRS-LINEN", "Linen dress", 79.90, "sand", "blue"),
        _clothing("TEE-BASIC", "Cotton T-shirt", 19.90, "white", "black", "grey"),
        _clothing("SWT-MERINO", "Merino sweater", 99.00, "grey", "burgundy"),
        _clothing("JNS-SLIM", "Slim jeans", 69.90, "indigo", "black"),
        _final(_clothing("UND-BRIEF", "Cotton briefs", 14.90, "white", "black")),
        _shoes("SHO-RUN", "Running shoes", 119.00, "blue", "red"),
        _shoes("SHO-HIKE", "Hiking boots", 159.00, "brown"),
        _shoes("SHO-SNEAK", "Canvas sneakers", 59.90, "white", "black"),
        _goods("BAG-TOTE", "Canvas tote", "accessories", 24.90, "natural"),
        _goods("BAG-PACK", "Day backpack", "accessories", 74.90, "olive", "black"),
        _goods("WCH-FIELD", "Field watch", "accessories", 189.00, "steel"),
        _goods("SCF-SILK", "Silk scarf", "accessories", 49.90, "red", "green"),
        _goods("ESP-MACHINE", "Espresso machine", "kitchen", 249.00, "steel", pieces=8),
        _goods("KTL-GOOSE", "Gooseneck kettle", "kitchen", 64.90, "black"),
        _goods("MUG-SET", "Stoneware mugs, set of four", "kitchen", 39.90, "white", "blue"),
        _goods("HDP-WIRE", "Wireless headphones", "electronics", 149.00, "black", "white"),
        _goods("SPK-MINI", "Mini speaker", "electronics", 59.00, "black"),
        _goods("LMP-DESK", "Desk lamp", "home", 45.00, "white"),
        _goods("BLK-WOOL", "Wool blanket", "home", 80.00, "grey", "cream"),
        _final(_goods("COF-BEANS", "Coffee beans 1 kg", "food", 22.50)),
        _final(_goods("GFT-CARD", "Gift card", "vouchers", 50.00)),
    )
}


def item(sku: str, size: str | None = None, color: str | None = None, quantity: int = 1) -> Item:
    """A line of an order; without a colour it is the first one."""
    product = PRODUCTS[sku]
    return Item(
        sku=f"{sku}-{size}" if size else sku,
        name=product.name,
        category=product.category,
        size=size,
        color=color or next(iter(product.colors), None),
        quantity=quantity,
        unit_price=product.price,
        returnable=product.returnable,
    )
