"""What is answered about models and their versions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from palantir_models.model.versions import ModelVersion
from palantir_models.page.rest.asking import AskedModel, PageToken, page_size
from palantir_models.page.rest.paging import Key, after, key_of, page_of
from palantir_models.page.rest.versions import FoundryModel, Version, VersionPage, version_answer
from transforms.spec.resource import DEFAULT_BRANCH

router = APIRouter(prefix="/v2/models/{modelRid}", tags=["Models"])


@router.get("")
def get_model(model: AskedModel) -> FoundryModel:
    """Get a model: whether there is one of this RID."""
    return FoundryModel(rid=model.rid)


@router.get("/versions", response_model_exclude_none=True)
def list_model_versions(
    model: AskedModel,
    branch: Annotated[str, Query(description="The branch whose versions are listed.")] = DEFAULT_BRANCH,
    size: Annotated[int, page_size(100)] = 50,
    token: PageToken = None,
) -> VersionPage:
    """List the versions of a model on a branch, newest first."""
    question = f"{model.rid} {branch}"
    ordered = sorted(model.versions(branch), key=_published, reverse=True)
    ahead = after(ordered, _published, True, token, question)
    page, following = page_of(ahead, _published, size, question)
    return VersionPage(data=[version_answer(version) for version in page], next_page_token=following)


@router.get("/versions/{modelVersionRid}", response_model_exclude_none=True)
def get_model_version(
    model: AskedModel,
    version_rid: Annotated[str, Path(alias="modelVersionRid", description="The version's RID.")],
) -> Version:
    """Get one version of a model."""
    return version_answer(model.version(version_rid))


def _published(version: ModelVersion) -> Key:
    return key_of(version.created_time, version.version_id)
