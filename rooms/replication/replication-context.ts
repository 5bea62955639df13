import type { Client } from "@colyseus/core";
import { $changes, type ChangeTree, type Encoder, MapSchema, type Schema } from "@colyseus/schema";
import { RoomkeepError } from "../../shared/index.ts";
import { ActorTracker } from "./actor-tracker.ts";
import { CellEncoder } from "./cell-encoder.ts";
import { CellGrid, type VisibleCells } from "./cell-grid.ts";
import type { Interest } from "./interest.ts";
import type { SentState, Viewpoints } from "./viewpoints.ts";

/** A state's actors, the cells they are in, and who looks at them. */
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
  eyes: Viewpoints,
): ReplicationContext {
  const found: unknown = Reflect.get(encoder.state, collection);
  if (!(found instanceof MapSchema)) {
    throw new RoomkeepError("CONFIG_INVALID", `interest: the state has no map "${collection}".`);
  }
  for (const type of encoder.context.schemas.keys()) refuseStreams(type);
  const map = found as MapSchema<Schema>;
  hideFromFullSync(map[$changes], encoder);
  const grid = new CellGrid(interest);
  const residents = new ActorTracker(encoder, map, grid, interest);
  return {
    encoder,
    map,
    interest,
    grid,
    tracker: residents,
    cells: new CellEncoder(encoder, map, grid),
    viewpoints: eyes,
  };
}

/** What a client is to see now. */
export function visibleCellsOf(
  { viewpoints: eyes, map, grid, interest }: ReplicationContext,
  client: Client,
  sight?: SentState,
): VisibleCells {
  return eyes.cover(client, sight, map, grid, interest.radiusM);
}

/** Keeps full-state walks out of the actors map: a tree that bears the walk's own stamp counts as visited. */
function hideFromFullSync(mapTree: ChangeTree, encoder: object): void {
  Object.defineProperty(mapTree, "_fullSyncGen", {
    get: () => Reflect.get(encoder, "_fullSyncGen"),
    set: () => undefined,
    configurable: true,
  });
}

function refuseStreams(type: unknown): void {
  const metadata = (type as { [Symbol.metadata]?: Record<string, unknown> })[Symbol.metadata];
  const streams = metadata?.["~__streamFieldIndexes"];
  if (!Array.isArray(streams) || streams.length === 0) return;
  throw new RoomkeepError(
    "CONFIG_INVALID",
    "interest: a state with streams cannot have it; actors are streamed by it.",
  );
}
