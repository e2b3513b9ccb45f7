"""Inference straight into the outputs of a transform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from palantir_models.adapter.declaration import Adapter, declared_api
from palantir_models.adapter.inference import InferenceResults, infer
from palantir_models.adapter.types import FileSystem, Tabular
from palantir_models.errors import AdapterError
from transforms.common.frames import is_spark_frame
from transforms.errors import nearest


def infer_and_write(adapter: Adapter, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> InferenceResults:
    """Run an adapter and write each table or file system into the output of its name.

    :param adapter: the adapter.
    :param inputs: input name -> argument.
    :param outputs: output name -> output of a transform.
    :returns: the outputs that are not files.
    :raises AdapterError: when ``outputs`` names what ``api()`` does not declare, or declares as a parameter.
    """
    declared = declared_api(adapter).outputs
    for name in outputs:
        if not isinstance(declared.get(name), Tabular | FileSystem):
            raise AdapterError(
                f"{type(adapter).__name__} has no table or file system {name!r} to write.{nearest(name, declared)}"
            )
    file_systems = {n: outputs[n].filesystem() for n in outputs if isinstance(declared[n], FileSystem)}
    results = infer(adapter, (), inputs, file_systems)
    for name in results:
        if name in outputs:
            _write(outputs[name], results[name])
    return results


def _write(output: Any, frame: Any) -> None:
    if is_spark_frame(frame):
        output.write_dataframe(frame)
    elif hasattr(output, "write_table"):
        output.write_table(frame)
    else:
        output.write_pandas(frame)
