import { type Client, ClientState, Protocol, SchemaSerializer } from "@colyseus/core";
import type { Schema, StateView } from "@colyseus/schema";
import { Backpressure } from "../transport/backpressure.ts";
import { Frame } from "../transport/websocket-frame.ts";
import { ArrayRepair } from "./array-repair.ts";

/** A patch without changes: what a client that waits for its turn gets where Colyseus sends the state. */
const NOTHING_YET = Uint8Array.of(Protocol.ROOM_STATE_PATCH);

/** The room clock that a patch of a room with inputs carries. Colyseus does not export its type. */
export interface PatchTiming {
  /** Milliseconds since the room began. */
  readonly sNow: number;
}

/**
 * Colyseus's serializer with frames that stay as they were sent and an {@link Backpressure} behind it: for rooms without
 * interest. The stock one hands out views of a buffer that the next tick overwrites, and a socket that is backed
 * up then sends the next tick's bytes in their place. On the wire nothing differs: the id stays `schema`.
 */
export class StableSerializer<S extends Schema> extends SchemaSerializer<S> {
  readonly outbox: Backpressure;
  /** Milliseconds of the last patch that went into who sees what, and into handing frames to the sockets. */
  readonly spentMs = { interest: 0, send: 0 };
  /** Whole states made so far, and the milliseconds that it took. */
  readonly states = { made: 0, ms: 0 };
  protected readonly arrays = new ArrayRepair();
  #fullSource: Uint8Array | undefined;
  #fullCopy: Uint8Array = new Uint8Array();

  constructor(outbox: Backpressure = new Backpressure()) {
    super();
    this.outbox = outbox;
  }

  /** True if the state has fields that not everybody is sent. */
  get filtered(): boolean {
    return this.hasFilters;
  }

  /**
   * The whole state as this client may see it, in memory that no one writes to again. Where many join at once it is
   * an empty patch in its place, and the state follows when it is the client's turn: see {@link Admission}.
   */
  override getFullState(
    client?: Client,
    timing?: PatchTiming,
  ): Uint8Array<ArrayBufferLike> | Buffer<ArrayBufferLike> {
    if (client === undefined) return this.wholeState(client, timing);
    return this.outbox.admission.enter(client, () => this.wholeState(client, timing)) ?? NOTHING_YET;
  }

  /** As {@link StableSerializer.getFullState}, without a queue. */
  protected wholeState(client: Client | undefined, timing?: PatchTiming): Uint8Array<ArrayBufferLike> {
    const from = performance.now();
    const bytes = this.encodeWhole(client, timing);
    this.countState(performance.now() - from);
    return bytes;
  }

  protected countState(ms: number): void {
    this.states.made++;
    this.states.ms += ms;
  }

  /** The state but for what interest adds to it. */
  protected encodeWhole(client: Client | undefined, timing?: PatchTiming): Uint8Array<ArrayBufferLike> {
    const bytes = super.getFullState(client, timing);
    if (client !== undefined) this.outbox.allow(client, bytes.length);
    // Timed states and views are built in memory of their own already.
    if (bytes !== this.fullEncodeCache) return bytes;
    if (this.#fullSource !== bytes) {
      this.#fullSource = bytes;
      this.#fullCopy = Uint8Array.from(bytes);
    }
    return this.#fullCopy;
  }

  /** Encodes what changed, once for all and once a view, and sends it to those who can take it. */
  override applyPatches(clients: Client[], _state?: unknown, timing?: PatchTiming): boolean {
    this.spentMs.send = 0;
    this.outbox.tend(clients);
    const changed = this.encoder.hasChanges;
    if (changed) {
      this.needFullEncode = true;
      this.arrays.mend(this.encoder);
    }
    const resync: Client[] = [];
    if (clients.length > 0) this.#send(clients, changed, timing, resync);
    this.encoder.discardChanges();
    // After the discard: a full state and the patches that follow it then join without overlap.
    for (const client of resync) this.#resync(client, timing);
    this.outbox.admission.admit((client) => this.#resync(client, timing));
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
      const turn = this.outbox.turn(client);
      if (turn === "resync") resync.push(client);
      else if (turn === "patch" && (frame.timed || frame.bodyBytes > 0)) this.outbox.send(client, frame);
      this.spentMs.send += performance.now() - from;
    }
  }

  #resync(client: Client, timing: PatchTiming | undefined): void {
    // Without timing, so that the frame adds the prefix itself.
    this.outbox.sendState(client, Frame.of(this.wholeState(client), timing?.sNow));
  }
}
