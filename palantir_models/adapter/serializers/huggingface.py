"""Hugging Face transformers: models, tokenizers and pipelines, as the folders that ``save_pretrained`` writes."""

from __future__ import annotations

from typing import Any

from palantir_models.adapter.serializer import ModelSerializer, library
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter


class _Pretrained(ModelSerializer[Any]):
    """Something with ``save_pretrained`` and, on its class, ``from_pretrained``."""

    folder: str
    auto_class: str

    def __init__(self, pretrained_class: Any, load_kwargs: dict[str, Any]) -> None:
        transformers = library("transformers", "transformers", self)
        self._class = pretrained_class or getattr(transformers, self.auto_class)
        self._load_kwargs = load_kwargs

    def serialize(self, writer: ModelStateWriter, obj: Any) -> None:
        """Write the object with its own ``save_pretrained``."""
        obj.save_pretrained(writer.mkdir(self.folder))

    def deserialize(self, reader: ModelStateReader) -> Any:
        """Read the object with ``from_pretrained``."""
        return self._class.from_pretrained(reader.dir(self.folder), **self._load_kwargs)


class HfAutoModelSerializer(_Pretrained):
    """Stores the folder ``model``. Follows the public page integrate-models/auto-serialization-reference.

    :param model_class: the class that loads it; ``None`` is ``transformers.AutoModel``.
    :param load_kwargs: passed on to ``from_pretrained``.
    :raises MissingExtraError: when transformers is not installed.
    """

    folder = "model"
    auto_class = "AutoModel"

    def __init__(self, model_class: Any = None, **load_kwargs: Any) -> None:
        super().__init__(model_class, load_kwargs)


class HfAutoTokenizerSerializer(_Pretrained):
    """Stores the folder ``tokenizer``. Follows the public page integrate-models/auto-serialization-reference.

    :param tokenizer_class: the class that loads it; ``None`` is ``transformers.AutoTokenizer``.
    :param load_kwargs: passed on to ``from_pretrained``.
    :raises MissingExtraError: when transformers is not installed.
    """

    folder = "tokenizer"
    auto_class = "AutoTokenizer"

    def __init__(self, tokenizer_class: Any = None, **load_kwargs: Any) -> None:
        super().__init__(tokenizer_class, load_kwargs)


class HfPipelineSerializer(ModelSerializer[Any]):
    """Stores the folder ``pipeline``. Follows the public page integrate-models/auto-serialization-reference.

    :param pipeline_type: the task, such as ``"text-classification"``.
    :param load_kwargs: passed on to ``transformers.pipeline``.
    :raises MissingExtraError: when transformers is not installed.
    """

    folder = "pipeline"

    def __init__(self, pipeline_type: str, **load_kwargs: Any) -> None:
        self._transformers = library("transformers", "transformers", self)
        self._pipeline_type = pipeline_type
        self._load_kwargs = load_kwargs

    def serialize(self, writer: ModelStateWriter, obj: Any) -> None:
        """Write the pipeline with its own ``save_pretrained``."""
        obj.save_pretrained(writer.mkdir(self.folder))

    def deserialize(self, reader: ModelStateReader) -> Any:
        """Read the pipeline of the declared task."""
        folder = reader.dir(self.folder)
        return self._transformers.pipeline(self._pipeline_type, model=folder, **self._load_kwargs)
