"""An adapter that lives in an importable module, as published adapters must."""

import palantir_models as pm


class Doubler(pm.ModelAdapter):
    """Multiplies the column x."""

    @pm.auto_serialize
    def __init__(self, factor):
        self.factor = factor

    @classmethod
    def api(cls):
        return {"df_in": pm.Pandas(columns=[("x", int)])}, {"df_out": pm.Pandas(columns=[("y", int)])}

    def predict(self, df_in):
        return df_in.assign(y=df_in.x * self.factor)


class Unserializable:
    """Refuses to be pickled."""

    def __reduce__(self):
        raise TypeError("this object holds a socket")
