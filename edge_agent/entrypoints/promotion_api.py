"""The HTTP API's part on price rules, coupons, sharing and games: translate, ask the brain once, translate back."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends

from cloud_sync.protocol.promotion_facts import Prize
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain import promotion_commands
from edge_agent.domain.coupon import coupon_id, text_of
from edge_agent.domain.order import order_id
from edge_agent.entrypoints import promotion_bodies as bodies
from edge_agent.entrypoints.door import Key, MayCall, as_json, do
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock
from edge_agent.services.rules import CodeKey


def add_routes(
    router: APIRouter,
    brain: Brain,
    queries: Queries,
    clock: Clock,
    code_key: CodeKey | None,
    anyone: MayCall,
    staff: MayCall,
) -> None:
    """Listing promotions and games, handing coupons out, sharing, playing."""
    _listing(router, brain, queries, clock, anyone, staff)
    role = Annotated[str, Depends(anyone)]

    @router.post("/api/coupons", status_code=201)
    async def hand_out(body: bodies.CouponBody, who: role, key: Key) -> Any:
        wanted = promotion_commands.HandOutCoupon(
            f"coupon:{key}",
            body.promotion,
            body.subject or body.visit,
            body.device,
            body.visit,
            by_staff=who == "staff",
        )
        await do(brain, wanted)
        return as_json(_coupon(queries, coupon_id(body.promotion, wanted.id), code_key), 201)

    @router.post("/api/shares", status_code=201)
    async def share(body: bodies.ShareBody, who: role, key: Key) -> Any:
        shared = promotion_commands.Share(f"share:{key}", body.what, body.visit, body.device, body.promotion)
        await do(brain, shared)
        given = _coupon(queries, coupon_id(body.promotion, shared.id), code_key) if body.promotion else None
        return as_json({"what": body.what, "coupon": given}, 201)

    @router.post("/api/games/{game}/play", status_code=201)
    async def play(game: str, body: bodies.PlayBody, who: role, key: Key) -> Any:
        played = promotion_commands.Play(
            f"play:{key}", game, body.subject or body.visit, body.device, body.visit
        )
        await do(brain, played)
        drawn = queries.draw(order_id(played.id)) or {}
        won = drawn.get("coupon", "")
        return as_json(drawn | {"coupon": _coupon(queries, won, code_key) if won else None}, 201)


def _listing(
    router: APIRouter, brain: Brain, queries: Queries, clock: Clock, anyone: MayCall, staff: MayCall
) -> None:
    @router.post("/api/promotions", dependencies=[Depends(staff)])
    async def promotions(body: bodies.PromotionsBody, key: Key) -> Any:
        listed = tuple(
            promotion_commands.ListedPromotion(
                **each.model_dump(exclude={"rule"}), rule=msgspec.json.encode(each.rule)
            )
            for each in body.promotions
        )
        await do(brain, promotion_commands.ListPromotions(f"promotions:{key}", listed))
        return {"listed": len(listed)}

    @router.get("/api/promotions", dependencies=[Depends(anyone)])
    def in_force() -> Any:
        return as_json({"promotions": queries.promotions(clock.now())})

    @router.post("/api/games", dependencies=[Depends(staff)])
    async def games(body: bodies.GamesBody, key: Key) -> Any:
        listed = tuple(
            promotion_commands.ListedGame(
                **each.model_dump(exclude={"prizes"}),
                prizes=tuple(Prize(**prize.model_dump()) for prize in each.prizes),
            )
            for each in body.games
        )
        await do(brain, promotion_commands.ListGames(f"games:{key}", listed))
        return {"listed": len(listed)}

    @router.get("/api/games", dependencies=[Depends(anyone)])
    def running() -> Any:
        return as_json({"games": queries.games(clock.now())})


def _coupon(queries: Queries, coupon: str, code_key: CodeKey | None) -> dict[str, Any] | None:
    """A coupon with its signed code, which is what its QR says too."""
    found = queries.coupon(coupon)
    if found is None or code_key is None:
        return None
    store = str(queries.store()["id"])
    code = text_of(coupon, found["expires_at"], store, code_key.name, code_key.private)
    return found | {"code": code}
