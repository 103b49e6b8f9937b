"""The HTTP API's part on sampling campaigns: translate, ask the brain once, translate back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain import campaign_commands
from edge_agent.entrypoints import bodies
from edge_agent.entrypoints.door import Key, MayCall, as_json, do
from edge_agent.services.brain import Brain


def add_routes(router: APIRouter, brain: Brain, queries: Queries, anyone: MayCall, staff: MayCall) -> None:
    """Listing campaigns, and taking a sample."""

    @router.post("/api/campaigns", dependencies=[Depends(staff)])
    async def campaigns(body: bodies.CampaignsBody, key: Key) -> Any:
        listed = tuple(
            campaign_commands.ListedCampaign(
                **each.model_dump(exclude={"skus", "devices"}),
                skus=tuple(each.skus),
                devices=tuple(each.devices),
            )
            for each in body.campaigns
        )
        await do(brain, campaign_commands.ListCampaigns(f"campaigns:{key}", listed))
        return {"listed": len(listed)}

    @router.post("/api/samples", status_code=201)
    async def sample(body: bodies.SampleBody, who: Annotated[str, Depends(anyone)], key: Key) -> Any:
        wanted = campaign_commands.TakeSample(
            f"sample:{key}",
            body.campaign,
            body.device,
            body.claimant,
            body.consent or "",
            body.sku,
            body.screen,
        )
        return as_json(queries.order((await do(brain, wanted)).subject), 201)
