import type { Client } from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import type { WriteHandle } from "../../transport/socket-writer.ts";
import type { ByteRanges } from "../byte-ranges.ts";
import type { TrackedActor } from "../tracked-actor.ts";

/**
 * Which cells one radius reaches, as offsets from the viewer's own cell, and all visible cells of that
 * radius.
 */
export interface RadiusOffsets {
  /** By column and row of the viewer's cell. */
  readonly views: Map<number, VisibleCells>;
  /**
   * Columns, rows and rings of the reached cells. Visibility is mutual: a cell that is seen from here sees
   * here.
   */
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  readonly rings: Uint8Array;
}

/**
 * The cells visible from one cell within one radius, and `everywhere`. All clients there share it, and its
 * frames.
 */
export class VisibleCells {
  readonly x: number;
  readonly z: number;
  readonly radiusM: number;
  readonly offsets: RadiusOffsets;
  /** The first of the clients whose view is unchanged in `tick`; each names the next. */
  group: SentState | undefined = undefined;
  tick = -1;
  /** Ranges for the group: actors that leave or enter its view by moving. Most never have any. */
  leaves: ByteRanges | undefined = undefined;
  enters: ByteRanges | undefined = undefined;

  constructor(x: number, z: number, radiusM: number, offsets: RadiusOffsets) {
    this.x = x;
    this.z = z;
    this.radiusM = radiusM;
    this.offsets = offsets;
  }

  /** Begins a tick with an empty group. */
  begin(tick: number): void {
    this.tick = tick;
    this.group = undefined;
    this.leaves?.clear();
    this.enters?.clear();
  }
}

/** What a client was sent. */
export interface SentState {
  readonly client: Client;
  /** The handle that takes its frame of this tick: see {@link Backpressure.handleOf}. */
  handle: WriteHandle | undefined;
  /** The next client of its group, in a tick that is being sent: see {@link VisibleCells.group}. */
  nextInGroup: SentState | undefined;
  /** The cells whose actors the client has, exactly; undefined between its full state and the next patch. */
  visible: VisibleCells | undefined;
  /** Until then: the actors of its full state, by index. */
  fullStateActors: Map<number, Schema> | undefined;
  /** The actor whose owner's fields the client has. */
  ownActor: Schema | undefined;
  /** The actor that is its viewpoint, as of `viewpointVersion`: see {@link Viewpoints.hasSameView}. */
  viewpointActor: TrackedActor | undefined;
  viewpointVersion: number;
}
