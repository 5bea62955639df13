import { type Client, ClientState, Protocol, SchemaSerializer } from "@colyseus/core";
import { Reflection, type Schema, type StateView } from "@colyseus/schema";
import type { PoseThreshold } from "../../shared/index.ts";
import { fnv1a64 } from "../../shared/internal.ts";
import { Backpressure } from "../transport/backpressure.ts";
import { Frame } from "../transport/websocket-frame.ts";
import { ArrayRepair } from "./array-repair.ts";
import { checkSchemaInternals, setNextRefId, watchQueue } from "./internals.ts";
import { PoseHolder } from "./pose-thresholds/pose-holder.ts";
import { giveRefIds, type RefIds, takeRefIds } from "./ref-ids.ts";

/** A patch without changes, which a client in the join queue gets where Colyseus sends the state. */
const EMPTY_PATCH = Uint8Array.of(Protocol.ROOM_STATE_PATCH);

/** What a client that stays connected holds of a room's state. JSON. */
export interface WireShape {
  readonly refIds: RefIds;
  /** Hash of all classes that the state may hold, with their fields and numbers. */
  readonly classes: string;
}

/** The room clock that a patch of a room with inputs carries. Colyseus does not export its type. */
export interface PatchTiming {
  /** Milliseconds since the room began. */
  readonly sNow: number;
}

/**
 * Colyseus's serializer with frames that stay as they were sent, and {@link Backpressure}: for rooms without
 * interest. The stock one hands out views of a buffer that the next tick overwrites, and a socket that is
 * backed up then sends the next tick's bytes in their place. Nothing differs on the wire: the id stays
 * `schema`.
 */
export class StableSerializer<S extends Schema> extends SchemaSerializer<S> {
  readonly backpressure: Backpressure;
  /** Milliseconds of the last patch that went into visibility, and into handing frames to the sockets. */
  readonly spentMs = { interest: 0, send: 0 };
  /** Full states made so far, and the milliseconds that they took. */
  readonly states = { made: 0, ms: 0 };
  protected readonly arrays = new ArrayRepair();
  /** Undefined: every change of a pose goes out with the next patch. */
  protected readonly poseThreshold: (() => PoseThreshold) | undefined;
  readonly #poses: PoseHolder | undefined;
  #changed: (() => void) | undefined;
  #fullSource: Uint8Array | undefined;
  #fullCopy: Uint8Array = new Uint8Array();

  /** @param poseThreshold by which poses of what moves by itself must differ to go out; undefined: by any */
  constructor(backpressure: Backpressure = new Backpressure(), poseThreshold?: () => PoseThreshold) {
    super();
    this.backpressure = backpressure;
    this.poseThreshold = poseThreshold;
    this.#poses = poseThreshold && new PoseHolder(poseThreshold);
  }

  /** @throws INTERNALS_MISSING if the installed schema lacks a part that replication rests on */
  override reset(state: S): void {
    super.reset(state);
    checkSchemaInternals(this.encoder);
    if (this.#changed) watchQueue(this.encoder, this.#changed);
  }

  /** How connected clients number the parts of the state, and how they read its classes. */
  keepWire(): WireShape {
    return { refIds: takeRefIds(this.encoder), classes: this.#classes() };
  }

  /**
   * Goes on with clients of another room's state, once this one has all of its parts and before a client has
   * any.
   *
   * @returns false: its classes are others now, and a client that stayed connected would misread it
   */
  adoptWire(state: S, { refIds, classes }: WireShape): boolean {
    // What waits in the present encoder's queue would be in none afterwards.
    this.applyPatches([]);
    const next = giveRefIds(state, this.encoder.context, refIds);
    this.reset(state);
    setNextRefId(this.encoder, next);
    return classes === this.#classes();
  }

  #classes(): string {
    return fnv1a64(Buffer.from(Reflection.encode(this.encoder)).toString("base64"));
  }

  /** Whether the state has fields that are not sent to everybody. */
  get filtered(): boolean {
    return this.hasFilters;
  }

  /**
   * The full state as this client may see it, in memory that is not written to again. Where many join at once
   * it is an empty patch in its place, and the state follows later: see {@link JoinQueue}.
   */
  override getFullState(
    client?: Client,
    timing?: PatchTiming,
  ): Uint8Array<ArrayBufferLike> | Buffer<ArrayBufferLike> {
    if (client === undefined) return this.wholeState(client, timing);
    return this.backpressure.joinQueue.enter(client, () => this.wholeState(client, timing)) ?? EMPTY_PATCH;
  }

  /** As {@link StableSerializer.getFullState}, without a queue. */
  protected wholeState(client: Client | undefined, timing?: PatchTiming): Uint8Array<ArrayBufferLike> {
    const from = performance.now();
    const bytes = this.encodeWhole(client, timing);
    this.countState(performance.now() - from);
    return bytes;
  }

  /** Whether another patch is due though nothing changes: a client is behind, or a stream is not through. */
  get hasMore(): boolean {
    return this.encoder.hasChanges || !this.backpressure.isSettled;
  }

  /** Calls back at the first change after each patch, and perhaps more often. */
  watchChanges(changed: () => void): void {
    this.#changed = changed;
    watchQueue(this.encoder, changed);
  }

  /** The full state through a view, without a client. Read it at once: the next one overwrites it. */
  seenBy(view: StateView): Uint8Array {
    return super.getFullState({ view } as Client);
  }

  protected countState(ms: number): void {
    this.states.made++;
    this.states.ms += ms;
  }

  /** The state without the actors that interest adds to it. */
  protected encodeWhole(client: Client | undefined, timing?: PatchTiming): Uint8Array<ArrayBufferLike> {
    const bytes = super.getFullState(client, timing);
    if (client !== undefined) this.backpressure.allow(client, bytes.length);
    // Timed states and those of views are in memory of their own already.
    if (bytes !== this.fullEncodeCache) return bytes;
    if (this.#fullSource !== bytes) {
      this.#fullSource = bytes;
      this.#fullCopy = Uint8Array.from(bytes);
    }
    return this.#fullCopy;
  }

  /**
   * Encodes the changes, once for all clients and once a view, and sends them as {@link Backpressure}
   * decides.
   */
  override applyPatches(clients: Client[], _state?: unknown, timing?: PatchTiming): boolean {
    this.spentMs.send = 0;
    this.backpressure.sweep(clients);
    // What is held back is in full states all the same.
    if (this.encoder.hasChanges) this.needFullEncode = true;
    this.#poses?.hold(this.encoder);
    const changed = this.encoder.hasChanges;
    if (changed) {
      this.arrays.repair(this.encoder);
    }
    const resync: Client[] = [];
    if (clients.length > 0) this.#send(clients, changed, timing, resync);
    this.encoder.discardChanges();
    // After the discard: a full state and the patches that follow it then join without overlap.
    for (const client of resync) this.#resync(client, timing);
    this.backpressure.joinQueue.admit((client) => this.#resync(client, timing));
    return changed && clients.length > 0;
  }

  #send(
    clients: readonly Client[],
    changed: boolean,
    timing: PatchTiming | undefined,
    resync: Client[],
  ): void {
    const it = { offset: 1 };
    this.encoder.sharedBuffer[0] = Protocol.ROOM_STATE_PATCH;
    const body = changed ? this.encoder.encode(it) : this.encoder.sharedBuffer.subarray(0, 1);
    const shared = Frame.of(body, timing?.sNow);
    const sharedEnd = it.offset;
    // By view, on quiet ticks too: two clients on one view then both get what was added to it.
    const views = new Map<StateView, Frame>();
    for (const client of clients) {
      if (client.state !== ClientState.JOINED) continue;
      let frame = shared;
      const view = this.hasFilters ? client.view : undefined;
      if (view !== undefined && (changed || view.changes.size > 0 || views.has(view))) {
        // Encoded for a client that is skipped as well: it empties the view's own changes.
        frame = views.get(view) ?? Frame.of(this.encoder.encodeView(view, sharedEnd, it), timing?.sNow);
        views.set(view, frame);
      }
      const from = performance.now();
      const decision = this.backpressure.decide(client);
      if (decision === "resync") resync.push(client);
      else if (decision === "patch" && (frame.timed || frame.bodyBytes > 0))
        this.backpressure.send(client, frame);
      this.spentMs.send += performance.now() - from;
    }
  }

  #resync(client: Client, timing: PatchTiming | undefined): void {
    // Without timing, so that the frame adds the prefix itself.
    this.backpressure.sendState(client, Frame.of(this.wholeState(client), timing?.sNow));
  }
}
