"""The measurements as scikit-learn ships them."""

from sklearn.datasets import load_wine

from transforms.api import Output, transform


@transform.using(raw=Output("/examples/wine/raw"))
def wine_raw(raw):
    """Write 178 wines of three cultivars, 13 measurements each."""
    bunch = load_wine(as_frame=True)
    raw.write_table(bunch.frame.rename(columns={"od280/od315_of_diluted_wines": "od280_od315", "target": "cultivar"}))
