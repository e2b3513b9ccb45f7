"""Names and signatures as the public documentation has them: order, names and defaults of every parameter."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import transforms.api as api

FUNCTIONS = {
    "configure": "(profile=None, allowed_run_duration=None, run_as_user=False, backend=SPARK, checkpoint_outputs=None)",
    "incremental": (
        "(require_incremental=False, semantic_version=1, snapshot_inputs=None, allow_retention=False, "
        "strict_append=False, v2_semantics=False)"
    ),
    "lightweight": (
        "(_maybe_function=None, *, cpu_cores=2, memory_mb=None, memory_gb=None, gpu_type=None, container_image=None, "
        "container_tag=None, container_shell_command=None)"
    ),
    "transform": "(**kwargs)",
    "transform.using": "(**kwargs)",
    "transform.lightweight": "(**kwargs)",
    "transform.spark.using": "(**kwargs)",
    "transform_df": "(output, **inputs)",
    "transform_pandas": "(output, **inputs)",
    "transform_polars": "(output, **inputs)",
    "Input": (
        "(alias=None, branch=None, description=None, stop_propagating=None, stop_requiring=None, checks=None, "
        "failure_strategy=None, transaction_limit=None)"
    ),
    "Output": "(alias=None, sever_permissions=False, description=None, checks=None)",
    "InputSet": "(aliases=None, description=None)",
    "OutputSet": "(aliases=None, sever_permissions=False, description=None)",
    "Check": "(expectation, name, on_error='FAIL', description=None)",
    "Markings": "(marking_ids, on_branches)",
    "OrgMarkings": "(marking_ids, on_branches)",
    "IntegerParam": "(default, *, description=None)",
    "FloatParam": "(default, *, description=None)",
    "BooleanParam": "(default, *, description=None)",
    "StringParam": "(default, *, description=None)",
    "ParamValueInput": "(value)",
    "Param": "(description=None)",
    "Param.instance": "(context, json_value)",
    "FoundryInputParam": (
        "(aliases, branch=None, type='foundry', description=None, properties=None, failure_strategy=None, "
        "stop_propagating=None, stop_requiring=None)"
    ),
    "FoundryOutputParam": "(aliases, type='foundry', description=None, properties=None)",
    "FoundryInputParam.input_results": "(instance, **kwargs)",
    "FoundryOutputParam.output_results": "(instance, **kwargs)",
    "LightweightInputParam": "()",
    "LightweightOutputParam": "()",
    "LightweightInputParam.lightweight_instance": "(context, json_value)",
    "LightweightOutputParam.lightweight_instance": "(context, json_value)",
    "ParamContext": "(foundry_connector, input_specs, output_specs, branch, param_overrides, job_rid=None)",
    "ContainerTransform": (
        "(transform, *, cpu_cores=None, memory_mb=None, memory_gb=None, gpu_type=None, container_image=None, "
        "container_tag=None, container_shell_command=None, incremental_override=None, identifier_override=None)"
    ),
    "Transform.compute": "(ctx=None, **kwargs)",
    "Pipeline": "()",
    "Pipeline.add_transforms": "(*transforms)",
    "Pipeline.discover_transforms": "(*modules)",
    "TransformContext": "(foundry_connector, parameters=None, environment={})",
    "TransformContext.abort_job": "()",
    "IncrementalTransformContext": "(is_incremental, snapshot_inputs, *args)",
    "IncrementalTransformContext.abort_job": "()",
    "LightweightContext": "()",
    "LightweightContext.abort_job": "()",
    "LightweightContext.duckdb": "(read_modes=None)",
    "TransformInput": "(rid, branch, txrange, dfreader, fsbuilder, batch_incremental_config=None)",
    "TransformInput.dataframe": "()",
    "TransformInput.pandas": "()",
    "TransformInput.filesystem": "()",
    "TransformOutput": "(rid, branch, txrid, dfreader, dfwriter, fsbuilder, mode='replace')",
    "TransformOutput.write_dataframe": (
        "(df, partition_cols=None, bucket_cols=None, bucket_count=None, sort_by=None, output_format=None, options=None, "
        "column_descriptions=None, column_typeclasses=None)"
    ),
    "TransformOutput.dataframe": "()",
    "TransformOutput.pandas": "()",
    "TransformOutput.filesystem": "()",
    "TransformOutput.write_pandas": "(pandas_df)",
    "TransformOutput.set_mode": "(mode)",
    "TransformOutput.abort": "()",
    "TransformOutput.from_transform_output": "(instance, delegate)",
    "IncrementalTransformInput": "(tinput, prev_txrid=None, batch_end_txrid=None)",
    "IncrementalTransformInput.dataframe": "(mode='added')",
    "IncrementalTransformInput.filesystem": "(mode='added')",
    "IncrementalTransformInput.pandas": "()",
    "IncrementalTransformOutput": "(toutput, prev_txrid=None, mode='replace')",
    "IncrementalTransformOutput.dataframe": "(mode='current', schema=None)",
    "IncrementalTransformOutput.pandas": "(mode='current', schema=None)",
    "IncrementalTransformOutput.filesystem": "(mode='current')",
    "TableTransformInput": "(rid, branch, table_dfreader)",
    "TableTransformInput.dataframe": "(options=None)",
    "IncrementalTableTransformInput": "(table_tinput, from_version)",
    "IncrementalTableTransformInput.dataframe": "(mode='added', options=None)",
    "IncrementalTableTransformInput.changelog": "(identifier_columns=None)",
    "IncrementalTableTransformInput.filesystem": "(mode='added')",
    "LightweightInput": "(alias, rid, branch=None)",
    "LightweightInput.dataframe": "()",
    "LightweightInput.pandas": "()",
    "LightweightInput.polars": "(lazy=False)",
    "LightweightInput.arrow": "()",
    "LightweightInput.path": "()",
    "LightweightInput.filesystem": "()",
    "LightweightOutput": "(alias, rid, branch=None)",
    "LightweightOutput.write_table": "(df, column_description=None, column_descriptions=None)",
    "LightweightOutput.write_dataframe": "(df, column_description=None, column_descriptions=None)",
    "LightweightOutput.write_pandas": "(df, column_description=None, column_descriptions=None)",
    "LightweightOutput.put_metadata": "(column_descriptions=None)",
    "LightweightOutput.set_mode": "(mode)",
    "LightweightOutput.polars": "(lazy=False)",
    "LightweightOutput.pandas": "()",
    "LightweightOutput.dataframe": "()",
    "LightweightOutput.arrow": "()",
    "LightweightOutput.path": "()",
    "LightweightOutput.filesystem": "()",
    "LightweightOutput.read_unstaged_dataset_as_polars_lazy": "()",
    "IncrementalLightweightInput": "(alias, rid, branch=None)",
    "IncrementalLightweightInput.polars": "(lazy=False, mode='added')",
    "IncrementalLightweightInput.path": "(mode='added')",
    "IncrementalLightweightInput.arrow": "(mode='added')",
    "IncrementalLightweightInput.dataframe": "(mode='added')",
    "IncrementalLightweightInput.pandas": "(mode='added')",
    "IncrementalLightweightInput.filesystem": "(mode='added')",
    "IncrementalLightweightOutput": "(alias, rid, branch=None)",
    "IncrementalLightweightOutput.polars": "(lazy=False, mode='current', schema=None)",
    "IncrementalLightweightOutput.arrow": "(mode='current', schema=None)",
    "IncrementalLightweightOutput.path": "(mode='current')",
    "IncrementalLightweightOutput.dataframe": "(mode='current', schema=None)",
    "IncrementalLightweightOutput.pandas": "(mode='current', schema=None)",
    "IncrementalLightweightOutput.filesystem": "(mode='current')",  # the reference has none, a guide of Foundry's gives one
    "FileSystem": "(foundry_fs, read_only=False)",
    "FileSystem.ls": "(glob=None, regex='.*', show_hidden=False)",
    "FileSystem.files": "(glob=None, regex='.*', show_hidden=False, packing_heuristic=None)",
    "FileSystem.open": "(path, mode='r', **kwargs)",
    "FoundryDataSidecarFileSystem": "(param, read_only=False, read_mode='current')",
    "FoundryDataSidecarFileSystem.ls": "(glob=None, regex='.*', show_hidden=False)",
    "FoundryDataSidecarFileSystem.open": "(path, mode='r', **kwargs)",
    "FoundryDataSidecarFile": "(param, path, logical_path, mode, **kwargs)",
}
PROPERTIES = {
    "TransformInput": (
        "rid path branch column_descriptions column_typeclasses start_transaction_rid end_transaction_rid "
        "batch_incremental_configuration"
    ),
    "TransformOutput": (
        "rid path branch column_descriptions column_typeclasses start_transaction_rid end_transaction_rid"
    ),
    "TransformContext": "auth_header environment fallback_branches parameters spark_session",
    "IncrementalTransformContext": (
        "auth_header environment fallback_branches parameters spark_session is_incremental"
    ),
    "LightweightContext": "auth_header is_incremental",
    "LightweightInput": "alias rid branch start_transaction_rid end_transaction_rid",
    "LightweightOutput": ("alias rid branch transaction_rid path_for_write_table path_for_object_store_write_table"),
    "FileSystem": "hadoop_path",
    "Param": "json_value schema",
    "Transform": "version reference",
    "Pipeline": "transforms",
}
MODELS = {
    "palantir_models.transforms:ModelOutput": "(model_rid_or_path)",
    "palantir_models.transforms:ModelInput": (
        "(alias, model_version=None, branch=None, use_sidecar=False, sidecar_resources=None)"
    ),
    "palantir_models.transforms:WritableModel.publish": "(model_adapter, change_type=None, experiment=None, notes=None)",
    # system_metrics is ours, and takes no place among the documented ones.
    "palantir_models.transforms:WritableModel.create_experiment": "(name, error_handler_type=WARN, *, system_metrics=False)",
    "palantir_models.transforms:DistributedInferenceWrapper": (
        "(model, ctx, num_partitions='auto', max_rows_per_chunk=1000000)"
    ),
    "palantir_models.transforms:evaluation": "(evaluation_set_name)",
    "palantir_models.transforms:copy_model_to_driver": "(filesystem)",
    "palantir_models.experiments:Experiment.log_param": "(key, value)",
    "palantir_models.experiments:Experiment.log_params": "(parameter_map)",
    "palantir_models.experiments:Experiment.log_metric": "(metric_name, metric_value, step=None)",
    "palantir_models.experiments:Experiment.log_metrics": "(values, step=None)",
    "palantir_models.experiments:Experiment.log_image": "(series_name, image, caption=None, step=None)",
    "palantir_models.experiments:Experiment.log_plot": "(series_name, plot_data, caption=None, step=None)",
    "palantir_models.experiments:Experiment.log_table": "(table_name, table, description=None)",
    "palantir_models.experiments:Experiment.as_mlflow_run": "()",
    "palantir_models.evaluations:Evaluation.log_metric": "(key, value)",
    "palantir_models.evaluations:Evaluation.log_metrics": "(metrics)",
    "palantir_models.evaluations:Evaluation.log_image": "(name, image, caption=None)",
    "palantir_models.evaluations:Evaluation.log_plot": "(name, plot_data, description=None)",
    "palantir_models.evaluations:Evaluation.log_table": "(name, table, description=None)",
    "palantir_models.evaluations:RegressionEvaluatorConfig": "(subset=None)",
    "palantir_models.evaluations:ClassificationEvaluatorConfig": (
        "(average='weighted', class_probabilities_columns=None, class_probability_column=None, subset=None)"
    ),
    "foundry_ml_metrics:MetricSet": "(model, input_data)",
    "foundry_ml_metrics:MetricSet.add": "(name, value, subset=None, stage=None)",
    "foundry_ml_metrics:MetricSet.save": "(output)",
    "foundry_ml_metrics.evaluation:Evaluator.apply_spark": "(df)",
    # The order is ours, as public samples name every argument.
    "palantir_models.evaluations:evaluate": (
        "(model, inputs, targets, prediction_column=None, evaluator_config=None, evaluation=None, evaluation_df=None)"
    ),
}
DATASETS = {
    "Dataset.get": "(alias)",
    "Dataset.read_table": (
        "(columns=None, row_limit=None, format='dataframe', mode='current', force_dataset_download=False, schema=None)"
    ),
    "Dataset.write_table": "(df, column_descriptions=None)",
    "Dataset.set_write_mode": "(mode)",
    "Dataset.files": "(mode='current', show_hidden_files=False)",
    "Dataset.upload_file": "(path, logical_path=None)",
    "Dataset.upload_directory": "(local_dir_path)",
    "Dataset.where": "(filter)",
    "Dataset.select": "(*cols)",
    "Dataset.limit": "(n)",
    "Dataset.abort": "()",
    "Column.get": "(name)",
}
PUBLIC = [
    "BooleanParam",
    "Check",
    "ComputeBackend",
    "ContainerTransform",
    "ContainerTransformsConfiguration",
    "FileStatus",
    "FileSystem",
    "FloatParam",
    "FoundryDataSidecarFile",
    "FoundryDataSidecarFileSystem",
    "FoundryInputParam",
    "FoundryOutputParam",
    "IncrementalLightweightInput",
    "IncrementalLightweightOutput",
    "IncrementalTableTransformInput",
    "IncrementalTransformContext",
    "IncrementalTransformInput",
    "IncrementalTransformOutput",
    "Input",
    "InputSet",
    "IntegerParam",
    "LightweightContext",
    "LightweightInput",
    "LightweightInputParam",
    "LightweightOutput",
    "LightweightOutputParam",
    "Markings",
    "OrgMarkings",
    "Output",
    "OutputSet",
    "Param",
    "ParamContext",
    "ParamValueInput",
    "Pipeline",
    "StringParam",
    "TableTransformInput",
    "Transform",
    "TransformContext",
    "TransformInput",
    "TransformOutput",
    "configure",
    "incremental",
    "lightweight",
    "transform",
    "transform_df",
    "transform_pandas",
    "transform_polars",
    "LightweightException",
    "LightweightNotImplementedError",
    "LightweightTypeError",
    "LightweightValueError",
]


def shown(thing: object) -> str:
    """Return a signature without annotations and without ``self``."""
    signature = inspect.signature(thing)
    parameters = [p.replace(annotation=p.empty) for p in signature.parameters.values() if p.name != "self"]
    text = str(signature.replace(parameters=parameters, return_annotation=signature.empty))
    for member in ("ComputeBackend.SPARK: 'spark'", "ErrorHandlerType.WARN: 'WARN'", "ErrorHandlerType.WARN: 'warn'"):
        text = text.replace(f"<{member}>", member.split(":")[0].split(".")[1])
    return text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_transforms_api_has_the_documented_signature(name):
    """Parameter names, order and defaults are the public ones."""
    thing = api
    for part in name.split("."):
        thing = getattr(thing, part)
    assert shown(thing) == FUNCTIONS[name]


@pytest.mark.parametrize("name", PROPERTIES)
def test_transforms_api_has_the_documented_properties(name):
    """They are read without a call."""
    members = {member: inspect.getattr_static(getattr(api, name), member) for member in PROPERTIES[name].split()}
    assert [member for member, value in members.items() if not isinstance(value, property)] == []


@pytest.mark.parametrize("name", MODELS)
def test_palantir_models_has_the_documented_signature(name):
    """Parameter names, order and defaults are the public ones."""
    from pkgutil import resolve_name

    assert shown(resolve_name(name)) == MODELS[name]


@pytest.mark.parametrize("name", DATASETS)
def test_foundry_transforms_has_the_documented_signature(name):
    """Parameter names, order and defaults are the public ones."""
    from pkgutil import resolve_name

    assert shown(resolve_name(f"foundry.transforms:{name}")) == DATASETS[name]


def test_every_public_name_is_there_and_no_other():
    """The façade offers the complete public list, and each name resolves."""
    assert sorted(api.__all__) == sorted(PUBLIC)
    assert all(getattr(api, name) is not None for name in PUBLIC)


def test_a_file_status_is_a_named_tuple():
    """Code indexes it and reads its fields."""
    assert api.FileStatus._fields == ("path", "size", "modified")


def test_importing_the_api_loads_no_data_library():
    """A declaration costs no start-up time."""
    heavy = ["pandas", "polars", "pyarrow", "deltalake", "pyspark", "plotly", "mlflow", "numpy"]
    code = f"import transforms.api, palantir_models.transforms, sys; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
