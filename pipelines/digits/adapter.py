"""How a trained digit classifier is saved, loaded and asked."""

import numpy as np

import palantir_models as pm


class DigitsAdapter(pm.ModelAdapter):
    """Reads digits."""

    @pm.auto_serialize
    def __init__(self, network):
        self.network = network

    @classmethod
    def api(cls):
        return {"digits": pm.Pandas(columns=[("pixels", list)])}, {"read": pm.Pandas(columns=[("prediction", int)])}

    def predict(self, digits):
        return digits.assign(prediction=self.network.predict(as_matrix(digits["pixels"])))


def as_matrix(pixels):
    """Return lists of pixels as a matrix of numbers from 0 to 1."""
    return np.array(pixels.tolist(), dtype=float) / 16
