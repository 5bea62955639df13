import type { Client } from "@colyseus/core";
import type { MapSchema, Schema } from "@colyseus/schema";
import type { Handle } from "../transport/socket-writer.ts";
import type { ActorTracker } from "./actor-tracker.ts";
import type { CellGrid, VisibleCells } from "./cell-grid.ts";
import type { TrackedActor } from "./tracked-actor.ts";

/** Where a client looks from: an actor's key, or a fixed point in metres. */
export type Viewpoint = string | { readonly x: number; readonly z: number };

/** What a client was sent. */
export interface SentState {
  readonly client: Client;
  /** Where its frame of this tick goes: see {@link Outbox.open}. */
  handle: Handle | undefined;
  /** The next of its group, in a tick that is being sent: see {@link VisibleCells.group}. */
  next: SentState | undefined;
  /** The cells whose actors it has, exactly; undefined between its full state and the patch after it. */
  cover: VisibleCells | undefined;
  /** Until then: the actors that its full state held, by index. */
  given: Map<number, Schema> | undefined;
  /** The actor whose owner's fields it has. */
  owned: Schema | undefined;
  /** The actor that it looked from, as of `lookedAs`: see {@link Viewpoints.stays}. */
  eye: TrackedActor | undefined;
  lookedAs: number;
}

/** Where a client keeps what it was sent: asked for each client in each tick, which a weak map makes dear. */
const SIGHT = Symbol("sight");
type ViewingClient = Client & { [SIGHT]?: SentState };

/** Whose eyes each client has, how far they see, and what was sent to them. */
export class Viewpoints {
  /** By session, so that they outlast a reconnection. */
  readonly #viewpoints = new Map<string, Viewpoint>();
  readonly #radii = new Map<string, number>();
  /** The last place a viewpoint had: who loses its actor goes on seeing from there. */
  readonly #last = new Map<string, { x: number; z: number }>();
  /** Counts what was said of viewpoints and radii. */
  #said = 0;

  /** Some radius or viewpoint is another now. */
  changed(): void {
    this.#said++;
  }

  /** Whether a client certainly sees what it saw: the same actor's eyes, in the same cell. Of a tick's settled places. */
  stays({ cover, eye, lookedAs }: SentState): boolean {
    return (
      eye?.cell !== undefined &&
      lookedAs === this.#said &&
      cover !== undefined &&
      cover.x === eye.x &&
      cover.z === eye.z
    );
  }

  /** Notes whose eyes a client has, for {@link Viewpoints.stays}. */
  note(client: Client, sight: SentState, residents: ActorTracker): void {
    const from = this.#viewpoints.get(client.sessionId) ?? client.sessionId;
    sight.eye = typeof from === "string" ? residents.byKey.get(from) : undefined;
    sight.lookedAs = this.#said;
  }

  look(sessionId: string, from: Viewpoint): void {
    this.#viewpoints.set(sessionId, from);
    this.changed();
  }

  reach(sessionId: string, radiusM: number): void {
    this.#radii.set(sessionId, radiusM);
    this.changed();
  }

  forget(sessionId: string): void {
    this.#viewpoints.delete(sessionId);
    this.#radii.delete(sessionId);
    this.#last.delete(sessionId);
    this.changed();
  }

  sight(client: Client): SentState | undefined {
    return (client as ViewingClient)[SIGHT];
  }

  record(client: Client, sent: Pick<SentState, "cover" | "given" | "owned">): void {
    const { cover, given, owned } = sent;
    const sight = {
      client,
      handle: undefined,
      next: undefined,
      cover,
      given,
      owned,
      eye: undefined,
      lookedAs: -1,
    };
    (client as ViewingClient)[SIGHT] = sight;
  }

  /** What the client is to see now, from live positions. */
  cover(
    client: Client,
    sight: SentState | undefined,
    map: MapSchema<Schema>,
    grid: CellGrid,
    radiusM: number,
  ): VisibleCells {
    const { sessionId } = client;
    const had = sight?.cover;
    const from = this.#viewpoints.size > 0 ? (this.#viewpoints.get(sessionId) ?? sessionId) : sessionId;
    const radius = this.#radii.size > 0 ? (this.#radii.get(sessionId) ?? radiusM) : radiusM;
    const place = typeof from === "string" ? (map.get(from) as { x?: number; z?: number } | undefined) : from;
    if (place !== undefined) {
      const x = grid.line(place.x ?? 0);
      const z = grid.line(place.z ?? 0);
      if (had !== undefined && had.x === x && had.z === z && had.radiusM === radius) return had;
      const last = this.#last.get(sessionId);
      if (last === undefined) this.#last.set(sessionId, { x, z });
      else {
        last.x = x;
        last.z = z;
      }
      return grid.cover(x, z, radius);
    }
    const last = this.#last.get(sessionId);
    return last === undefined ? grid.nowhere : grid.cover(last.x, last.z, radius);
  }
}
