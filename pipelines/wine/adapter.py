"""How a trained wine classifier is saved, loaded and asked."""

import palantir_models as pm

FEATURES = [
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280_od315",
    "proline",
]


class WineAdapter(pm.ModelAdapter):
    """Predicts the cultivar of wines."""

    @pm.auto_serialize(classifier=pm.serializers.DillSerializer())
    def __init__(self, classifier):
        self.classifier = classifier

    @classmethod
    def api(cls):
        columns = [(name, float) for name in FEATURES]
        return {"wines": pm.Pandas(columns=columns)}, {"scored": pm.Pandas(columns=[("prediction", int)])}

    def predict(self, wines):
        return wines.assign(prediction=self.classifier.predict(wines[FEATURES]))
