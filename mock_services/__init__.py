"""The shop that the mesh serves: customers, orders and tracking, as three HTTP services over one state."""
