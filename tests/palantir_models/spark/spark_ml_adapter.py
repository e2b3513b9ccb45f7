"""An adapter whose declaration loads Spark: apart, so that collecting the tests does not."""

import palantir_models as pm
from palantir_models.serializers import SparkMLAutoSerializer


class OnSpark(pm.ModelAdapter):
    """A fitted pipeline of Spark ML."""

    @pm.auto_serialize(model=SparkMLAutoSerializer())
    def __init__(self, model):
        self.model = model

    @classmethod
    def api(cls):
        return {"df_in": pm.Spark([("x", float)])}, {"df_out": pm.Spark()}

    def predict(self, df_in):
        return self.model.transform(df_in)
