"""How the model is saved, loaded and asked."""

import palantir_models as pm


class TrendAdapter(pm.ModelAdapter):
    """Tells the temperature of a day from a straight line."""

    @pm.auto_serialize
    def __init__(self, start, slope):
        self.start = start
        self.slope = slope

    @classmethod
    def api(cls):
        return {"days": pm.Pandas(columns=[("number", int)])}, {"told": pm.Pandas(columns=[("celsius", float)])}

    def predict(self, days):
        return days.assign(celsius=self.start + self.slope * days["number"])
