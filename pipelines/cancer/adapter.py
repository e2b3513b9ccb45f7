"""How a fitted pipeline of Spark ML is saved, loaded and asked."""

import palantir_models as pm
from palantir_models.serializers import SparkMLAutoSerializer
from pipelines.cancer.raw import MEASURED


class CancerAdapter(pm.ModelAdapter):
    """Tells malignant tumours from benign ones."""

    @pm.auto_serialize(fitted=SparkMLAutoSerializer())
    def __init__(self, fitted):
        self.fitted = fitted

    @classmethod
    def api(cls):
        columns = [(name, float) for name in MEASURED]
        return {"measured": pm.Spark(columns)}, {"told": pm.Spark([*columns, ("prediction", float)])}

    def predict(self, measured):
        return self.fitted.transform(measured)
