"""One transform a country."""

from transforms import expectations as E
from transforms.api import Check, Input, Output, configure, incremental, transform

COUNTRIES = ["de", "fr"]


def make_transform(country):
    @incremental(snapshot_inputs=["rates"])
    @configure(profile=None)
    @transform(
        orders=Input("/shop/orders", checks=Check(E.col("amount").gt(0), f"{country} amounts", "WARN")),
        rates=Input("/shop/rates", checks=Check(E.primary_key("country"), f"{country} rates", on_error="FAIL")),
        out=Output(
            f"/shop/countries/{country}",
            checks=[
                Check(E.col("country").equals(country), f"{country} alone", on_error="FAIL"),
                Check(E.count().gt(0), f"{country} rows", on_error="WARN"),
            ],
        ),
    )
    def compute_function(orders, rates, out, country=country):
        found = orders.pandas()
        priced = found[found["country"] == country].merge(rates.pandas(), on="country")
        priced["amount"] = priced["amount"] * priced["rate"]
        out.write_pandas(priced[["id", "country", "amount"]])

    return compute_function


transforms = (make_transform(country) for country in COUNTRIES)
