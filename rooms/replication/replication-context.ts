import type { Client } from "@colyseus/core";
import { $changes, type Encoder, MapSchema, type Schema } from "@colyseus/schema";
import { type PoseThreshold, RoomkeepError } from "../../shared/index.ts";
import { ActorTracker } from "./actor-tracker.ts";
import { CellEncoder } from "./cell-encoder.ts";
import { hasStreams, hideFromFullSync } from "./internals.ts";
import { CellGrid } from "./visibility/cell-grid.ts";
import type { Interest } from "./visibility/interest.ts";
import type { Viewpoints } from "./visibility/viewpoints.ts";
import type { SentState, VisibleCells } from "./visibility/visible-cells.ts";

/** A state's actors, their cells, and the viewpoints of the clients. */
export interface ReplicationContext {
  readonly encoder: Encoder;
  readonly map: MapSchema<Schema>;
  readonly interest: Interest;
  readonly grid: CellGrid;
  readonly tracker: ActorTracker;
  readonly cells: CellEncoder;
  readonly viewpoints: Viewpoints;
}

/** @throws CONFIG_INVALID if the state has no such map, or streams */
export function openReplication(
  encoder: Encoder,
  collection: string,
  interest: Interest,
  viewpoints: Viewpoints,
  poseThreshold?: () => PoseThreshold,
): ReplicationContext {
  const found: unknown = Reflect.get(encoder.state, collection);
  if (!(found instanceof MapSchema)) {
    throw new RoomkeepError("CONFIG_INVALID", `interest: the state has no map "${collection}".`);
  }
  if ([...encoder.context.schemas.keys()].some(hasStreams)) {
    throw new RoomkeepError(
      "CONFIG_INVALID",
      "interest: a state with streams cannot have it; actors are streamed by it.",
    );
  }
  const map = found as MapSchema<Schema>;
  hideFromFullSync(map[$changes], encoder);
  const grid = new CellGrid(interest);
  const tracker = new ActorTracker(encoder, map, grid, interest, poseThreshold);
  return { encoder, map, interest, grid, tracker, cells: new CellEncoder(encoder, map, grid), viewpoints };
}

/** The cells that a client sees now. */
export function visibleCellsOf(
  { viewpoints, map, grid, interest }: ReplicationContext,
  client: Client,
  sent?: SentState,
): VisibleCells {
  return viewpoints.visibleCells(client, sent, map, grid, interest.radiusM);
}
