import type { Client } from "@colyseus/core";
import type { MapSchema, Schema } from "@colyseus/schema";
import type { ActorTracker } from "../actor-tracker.ts";
import type { CellGrid } from "./cell-grid.ts";
import type { SentState, VisibleCells } from "./visible-cells.ts";

/** Where a client looks from: an actor's key, or a fixed point in metres. */
export type Viewpoint = string | { readonly x: number; readonly z: number };

/** A field of the client: it is read for each client in each tick, for which a weak map is slow. */
const SENT_STATE = Symbol("sentState");
type ViewingClient = Client & { [SENT_STATE]?: SentState };

/** The viewpoint and radius of each client, and what it was sent. */
export class Viewpoints {
  /** By session, so that they outlast a reconnection. */
  readonly #viewpoints = new Map<string, Viewpoint>();
  readonly #radii = new Map<string, number>();
  /** Radii of clients that are sent less for now, because they take more bytes than they may. */
  readonly #narrowed = new Map<string, number>();
  /** The last cell of a viewpoint: a client whose actor is removed goes on seeing from there. */
  readonly #lastCells = new Map<string, { x: number; z: number }>();
  /** Grows when any viewpoint or radius is set. */
  #version = 0;

  /** Some viewpoint or radius has changed. */
  invalidate(): void {
    this.#version++;
  }

  /** Whether a client certainly sees the same cells: its viewpoint is the same actor, in the same cell. */
  hasSameView({ visible, viewpointActor, viewpointVersion }: SentState): boolean {
    return (
      viewpointActor?.cell !== undefined &&
      viewpointVersion === this.#version &&
      visible !== undefined &&
      visible.x === viewpointActor.x &&
      visible.z === viewpointActor.z
    );
  }

  /** Notes which actor is a client's viewpoint, for {@link Viewpoints.hasSameView}. */
  cacheActor(client: Client, sent: SentState, tracker: ActorTracker): void {
    const from = this.#viewpoints.get(client.sessionId) ?? client.sessionId;
    sent.viewpointActor = typeof from === "string" ? tracker.byKey.get(from) : undefined;
    sent.viewpointVersion = this.#version;
  }

  setViewpoint(sessionId: string, from: Viewpoint): void {
    this.#viewpoints.set(sessionId, from);
    this.invalidate();
  }

  setRadius(sessionId: string, radiusM: number): void {
    this.#radii.set(sessionId, radiusM);
    this.invalidate();
  }

  /** Bounds the radius of a client; undefined: no longer. */
  narrow(sessionId: string, radiusM: number | undefined): void {
    if (radiusM === undefined) this.#narrowed.delete(sessionId);
    else this.#narrowed.set(sessionId, radiusM);
    this.invalidate();
  }

  forget(sessionId: string): void {
    this.#viewpoints.delete(sessionId);
    this.#narrowed.delete(sessionId);
    this.#radii.delete(sessionId);
    this.#lastCells.delete(sessionId);
    this.invalidate();
  }

  /** What a client was sent; undefined before its first full state. */
  sentTo(client: Client): SentState | undefined {
    return (client as ViewingClient)[SENT_STATE];
  }

  /** Notes what the full state of a client held. */
  record(client: Client, sent: Pick<SentState, "visible" | "fullStateActors" | "ownActor">): void {
    const { visible, fullStateActors, ownActor } = sent;
    (client as ViewingClient)[SENT_STATE] = {
      client,
      handle: undefined,
      nextInGroup: undefined,
      visible,
      fullStateActors,
      ownActor,
      viewpointActor: undefined,
      viewpointVersion: -1,
    };
  }

  /** The cells that a client sees now, from live positions. */
  visibleCells(
    client: Client,
    sent: SentState | undefined,
    map: MapSchema<Schema>,
    grid: CellGrid,
    radiusM: number,
  ): VisibleCells {
    const { sessionId } = client;
    const previous = sent?.visible;
    const from = this.#viewpoints.size > 0 ? (this.#viewpoints.get(sessionId) ?? sessionId) : sessionId;
    let radius = this.#radii.size > 0 ? (this.#radii.get(sessionId) ?? radiusM) : radiusM;
    if (this.#narrowed.size > 0) radius = Math.min(radius, this.#narrowed.get(sessionId) ?? radius);
    const place = typeof from === "string" ? (map.get(from) as { x?: number; z?: number } | undefined) : from;
    if (place === undefined) {
      const last = this.#lastCells.get(sessionId);
      return last === undefined ? grid.withoutViewpoint : grid.visibleFrom(last.x, last.z, radius);
    }
    const x = grid.line(place.x ?? 0);
    const z = grid.line(place.z ?? 0);
    if (previous !== undefined && previous.x === x && previous.z === z && previous.radiusM === radius)
      return previous;
    const last = this.#lastCells.get(sessionId);
    if (last === undefined) this.#lastCells.set(sessionId, { x, z });
    else {
      last.x = x;
      last.z = z;
    }
    return grid.visibleFrom(x, z, radius);
  }
}
