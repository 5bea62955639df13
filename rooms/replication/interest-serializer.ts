import { type Client, Protocol } from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import { type PoseThreshold, RoomkeepError } from "../../shared/index.ts";
import type { Backpressure } from "../transport/backpressure.ts";
import { ackedInputOf } from "../transport/internals.ts";
import { Frame } from "../transport/websocket-frame.ts";
import { FullStates } from "./full-states.ts";
import { PatchBuilder } from "./patch-builder.ts";
import { openReplication, type ReplicationContext, visibleCellsOf } from "./replication-context.ts";
import { type PatchTiming, StableSerializer } from "./stable-serializer.ts";
import { type Interest, type InterestOptions, readInterest } from "./visibility/interest.ts";
import { type Viewpoint, Viewpoints } from "./visibility/viewpoints.ts";

/** What the last tick took. */
export interface InterestStats {
  /** Frames built and frames sent: their ratio is what sharing saves. */
  framesBuilt: number;
  framesSent: number;
  /** Bytes encoded, before frames were put together. */
  encodedBytes: number;
}

interface Opened {
  readonly context: ReplicationContext;
  readonly patches: PatchBuilder;
  readonly states: FullStates;
}

/** Ticks between two deletions of unused views. */
const SWEEP_TICKS = 80;

/**
 * A serializer that sends each client only the actors near its viewpoint, and encodes each cell once for all
 * who see it. The wire is the stock one (`id` stays `schema`), so unmodified SDK clients decode it. The rest
 * of the state beside the actors map goes to all clients, views included, as with the stock serializer.
 *
 * An actor's fields under `.view()` go to its owner alone: the client whose session id is the actor's key. A
 * schema instance inside an actor belongs to that actor only; to refer to an actor from elsewhere, hold its
 * key.
 *
 * @example
 * room.setSerializer(new InterestSerializer({ interest: { radiusM: 50 } }));
 */
export class InterestSerializer<S extends Schema> extends StableSerializer<S> {
  readonly #collection: string;
  readonly #interest: Interest;
  readonly #viewpoints = new Viewpoints();
  #open: Opened | undefined;
  #tick = 0;

  /** @throws CONFIG_INVALID for an interest that cannot be used */
  constructor(options: {
    interest: InterestOptions;
    collection?: string;
    backpressure?: Backpressure;
    poseThreshold?: () => PoseThreshold;
  }) {
    super(options.backpressure, options.poseThreshold);
    this.#collection = options.collection ?? "actors";
    this.#interest = readInterest(options.interest);
    const { budgets } = this.backpressure;
    const { rings } = this.#interest;
    budgets.mostRings = rings.length - 1;
    // Farther than this the client is sent nothing for a while: what is far goes first.
    budgets.leaveOut = ({ sessionId }, leftOut) =>
      this.#viewpoints.narrow(sessionId, leftOut === 0 ? undefined : rings[rings.length - leftOut]?.fromM);
  }

  /**
   * Sets a client's viewpoint: an actor's key or a point. Without one it is the actor whose key is the
   * session id. Holds through reconnections until {@link InterestSerializer.forget}.
   */
  viewpoint(client: Client, from: Viewpoint): void {
    this.#viewpoints.setViewpoint(client.sessionId, from);
  }

  /**
   * How far all clients see, or one client, metres. Takes effect with the next patch.
   * @throws CONFIG_INVALID for a radius that cannot be used
   */
  setRadius(radiusM: number, client?: Client): void {
    readInterest({ ...this.#interest, radiusM });
    this.#viewpoints.invalidate();
    if (client === undefined) this.#interest.radiusM = radiusM;
    else this.#viewpoints.setRadius(client.sessionId, radiusM);
  }

  /** A session has ended for good: its viewpoint and radius are forgotten. */
  forget(client: Client): void {
    this.#viewpoints.forget(client.sessionId);
  }

  get stats(): InterestStats {
    const { context, patches } = this.#opened;
    const { built, sent } = patches.frames;
    return { framesBuilt: built, framesSent: sent, encodedBytes: context.cells.encodedBytes };
  }

  /** @throws CONFIG_INVALID if the state has no such map of actors, or streams */
  override reset(state: S): void {
    super.reset(state);
    const context = openReplication(
      this.encoder,
      this.#collection,
      this.#interest,
      this.#viewpoints,
      this.poseThreshold,
    );
    const patches = new PatchBuilder(context, this.backpressure, this.hasFilters, this.spentMs);
    this.#open = { context, patches, states: new FullStates(context) };
    // Unreliable fields have a stock channel of their own, without interest.
    this.hasUnreliableFields = false;
  }

  /** The state without its actors, and of these the ones in view; all of them where no client is given. */
  protected override wholeState(client: Client | undefined, timing?: PatchTiming): Uint8Array {
    const frame = this.#fullFrame(client, timing);
    frame.address(client === undefined ? 0 : ackedInputOf(client));
    if (client !== undefined) this.backpressure.allow(client, frame.bytes.length);
    return frame.message();
  }

  override applyUnreliablePatches(): boolean {
    this.encoder.discardUnreliableChanges();
    return false;
  }

  /** @throws CONFIG_INVALID if the map of actors was replaced: the new one would go to all */
  override applyPatches(clients: Client[], _state?: unknown, timing?: PatchTiming): boolean {
    const { context, patches, states } = this.#opened;
    if (Reflect.get(this.encoder.state, this.#collection) !== context.map) {
      throw new RoomkeepError(
        "CONFIG_INVALID",
        `interest: the map "${this.#collection}" must not be replaced.`,
      );
    }
    this.#tick++;
    const from = performance.now();
    this.backpressure.sweep(clients);
    const changed = this.encoder.hasChanges;
    if (changed) this.arrays.repair(this.encoder, (tree) => context.tracker.isOfActor(tree));
    context.tracker.collect(this.#tick);
    this.spentMs.interest = performance.now() - from;
    this.spentMs.send = 0;
    context.cells.begin(this.#tick);
    if (this.encoder.hasChanges) this.needFullEncode = true;
    const resync: Client[] = [];
    if (clients.length > 0) patches.send(clients, resync, this.#tick, timing);
    context.cells.end();
    context.tracker.endTick(this.#tick);
    this.encoder.discardChanges();
    states.clear();
    const sendState = (client: Client): void =>
      this.backpressure.sendState(client, this.#fullFrame(client, timing, true));
    resync.forEach(sendState);
    this.backpressure.joinQueue.admit(sendState);
    if (this.#tick % SWEEP_TICKS === 0) context.grid.sweep(this.#tick - SWEEP_TICKS / 2);
    return changed && clients.length > 0;
  }

  get #opened(): Opened {
    if (this.#open === undefined)
      throw new RoomkeepError("CONFIG_INVALID", "interest: the room has no state yet.");
    return this.#open;
  }

  /**
   * @param isAfterPatch true at the end of a tick, when nothing is pending: the client then goes on with
   *   shared patches
   */
  #fullFrame(client: Client | undefined, timing: PatchTiming | undefined, isAfterPatch = false): Frame {
    const { context, states } = this.#opened;
    const from = performance.now();
    const base = this.encodeWhole(client);
    const view = client === undefined ? undefined : visibleCellsOf(context, client);
    const own = client === undefined ? undefined : context.map.get(client.sessionId);
    const isShared = isAfterPatch && view !== undefined;
    const { parts, actors, ownActor } = isShared
      ? states.afterPatch(view, own)
      : states.betweenPatches(view, own);
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    const frame = new Frame(base[0] ?? Protocol.ROOM_STATE, base.length - 1 + bytes, timing?.sNow);
    frame.bytes.set(base.subarray(1), frame.bodyAt);
    let at = frame.bodyAt + base.length - 1;
    for (const part of parts) {
      frame.bytes.set(part, at);
      at += part.length;
    }
    if (client !== undefined) {
      const visible = isShared ? view : undefined;
      this.#viewpoints.record(client, { visible, fullStateActors: actors, ownActor });
    }
    this.countState(performance.now() - from);
    return frame;
  }
}
