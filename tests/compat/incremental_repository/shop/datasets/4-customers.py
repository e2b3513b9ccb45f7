"""Keys of customers, which stay as they were given."""

from shop.collisions import new_keys
from transforms import expectations as E
from transforms.api import Check, Input, Output, configure, incremental, transform


@configure(profile=["NUM_EXECUTORS_8"])
@incremental(snapshot_inputs=["orders"])
@transform(
    orders=Input("/shop/orders"),
    lookup=Output(
        "/shop/customers", checks=Check(E.primary_key("hashed", "collision"), "customer keys", on_error="FAIL")
    ),
)
def customers(ctx, orders, lookup):
    lookup.write_dataframe(new_keys(ctx, orders.dataframe(), lookup))
