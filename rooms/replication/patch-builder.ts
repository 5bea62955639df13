import { type Client, ClientState, Protocol } from "@colyseus/core";
import type { Schema, StateView } from "@colyseus/schema";
import type { Backpressure } from "../transport/backpressure.ts";
import { Frame, FrameMemory } from "../transport/websocket-frame.ts";
import { ByteRanges } from "./byte-ranges.ts";
import { type ReplicationContext, visibleCellsOf } from "./replication-context.ts";
import type { PatchTiming } from "./stable-serializer.ts";
import type { SentState, VisibleCells } from "./visibility/visible-cells.ts";

/** Bits of all rings. */
const EVERY_RING = 0xff;

/** A joined client in one tick, and the cells that it sees now. */
interface Recipient {
  readonly sent: SentState;
  readonly view: VisibleCells;
}

/**
 * Puts together each client's patch from the bytes of the cells. Clients whose view is unchanged are a group
 * by view and share one frame; those whose view changes get what enters and leaves it; those who had a full
 * state since the last patch get the difference to that.
 */
export class PatchBuilder {
  /** Frames of the last tick, built and sent: their ratio is what sharing saves. */
  readonly frames = { built: 0, sent: 0 };
  readonly #context: ReplicationContext;
  readonly #backpressure: Backpressure;
  readonly #hasFilters: boolean;
  readonly #spentMs: { interest: number; send: number };
  /** This tick's bytes by state view. */
  readonly #stateViews = new Map<StateView, Uint8Array>();
  /** Changes of the state beside the actors, for everybody. */
  readonly #shared = new ByteRanges();
  /** Where they end in the encoder's buffer. */
  #sharedEnd = 1;
  /** Lists that are filled anew for each frame. */
  readonly #ranges = new ByteRanges();
  readonly #ownRanges = new ByteRanges();
  readonly #joined = new ByteRanges();
  readonly #memory = new FrameMemory();
  /** Frames to be written, and at the same index the first client of each. */
  readonly #queuedFrames: Frame[] = [];
  readonly #queuedClients: SentState[] = [];
  #tick = -1;
  #timing: PatchTiming | undefined;

  /**
   * @param hasFilters whether any field of the state is under `.view()`
   * @param spentMs milliseconds of the last tick that went into visibility, and into the sockets
   */
  constructor(
    context: ReplicationContext,
    backpressure: Backpressure,
    hasFilters: boolean,
    spentMs: { interest: number; send: number },
  ) {
    this.#spentMs = spentMs;
    this.#context = context;
    this.#backpressure = backpressure;
    this.#hasFilters = hasFilters;
  }

  /** Sends a tick's patches. Clients that need a full state instead are added to `resync`. */
  send(clients: readonly Client[], resync: Client[], tick: number, timing: PatchTiming | undefined): void {
    this.#tick = tick;
    this.#timing = timing;
    this.frames.built = 0;
    this.frames.sent = 0;
    this.#memory.begin();
    this.#stateViews.clear();
    this.#encodeShared();
    const changedViews: Recipient[] = [];
    const fullStates: Recipient[] = [];
    const from = performance.now();
    const groups = this.#group(clients, changedViews, fullStates, resync);
    this.#spentMs.interest += performance.now() - from;
    this.#distributeChanges();
    for (const view of groups) this.#patchGroup(view);
    const ranges = new Map<VisibleCells, Map<VisibleCells, ByteRanges>>();
    for (const recipient of changedViews) this.#patchChangedView(recipient, ranges);
    for (const recipient of fullStates) this.#patchAfterFullState(recipient);
    this.#flush();
  }

  /** Encodes what changed of the state beside the actors. */
  #encodeShared(): void {
    const { encoder, cells } = this.#context;
    const iterator = { offset: 1 };
    this.#shared.clear();
    if (encoder.hasChanges) {
      encoder.sharedBuffer[0] = Protocol.ROOM_STATE_PATCH;
      cells.append(encoder.encode(iterator).subarray(1), this.#shared);
    }
    this.#sharedEnd = iterator.offset;
  }

  /** Sorts the clients that take a patch, and returns the views whose group has a client. */
  #group(
    clients: readonly Client[],
    changedViews: Recipient[],
    fullStates: Recipient[],
    resync: Client[],
  ): VisibleCells[] {
    const groups: VisibleCells[] = [];
    for (const client of clients) {
      if (client.state !== ClientState.JOINED) continue;
      const decision = this.#backpressure.decide(client);
      if (decision === "skip") continue;
      const sent = this.#context.viewpoints.sentTo(client);
      if (decision === "resync" || sent === undefined) {
        resync.push(client);
        continue;
      }
      sent.handle = this.#backpressure.handleOf(client);
      const view = this.#viewOf(client, sent);
      if (view.tick !== this.#tick) view.begin(this.#tick);
      if (sent.visible === view) {
        if (view.group === undefined) groups.push(view);
        sent.nextInGroup = view.group;
        view.group = sent;
      } else if (sent.fullStateActors === undefined) changedViews.push({ sent, view });
      else fullStates.push({ sent, view });
    }
    return groups;
  }

  #viewOf(client: Client, sent: SentState): VisibleCells {
    const { viewpoints, tracker } = this.#context;
    if (sent.visible !== undefined && viewpoints.hasSameView(sent)) return sent.visible;
    viewpoints.cacheActor(client, sent, tracker);
    return visibleCellsOf(this.#context, client, sent);
  }

  /** Gives each cell the changes of its members, and each group what moved into or out of its view. */
  #distributeChanges(): void {
    const { tracker, grid } = this.#context;
    for (const actor of tracker.active) {
      const { cell } = actor;
      if (cell === undefined) continue;
      grid.table.markDue(cell, this.#tick, grid.dueRings(actor, this.#tick));
      actor.nextActive = cell.activeTick === this.#tick ? cell.active : undefined;
      cell.activeTick = this.#tick;
      cell.active = actor;
    }
    for (const actor of tracker.changed) {
      const { cell } = actor;
      if (cell === undefined || actor.movedTick === this.#tick) continue;
      grid.table.markDue(cell, this.#tick, EVERY_RING);
      if (cell.changedTick === this.#tick) cell.changed.push(actor);
      else {
        cell.changedTick = this.#tick;
        cell.changed = [actor];
      }
    }
    this.#distributeMoves();
  }

  #distributeMoves(): void {
    const { grid, cells, tracker } = this.#context;
    const hasGroup = (view: VisibleCells) => view.tick === this.#tick && view.group !== undefined;
    for (const actor of tracker.moved) {
      const { previousCell, cell } = actor;
      for (const view of previousCell === undefined ? [] : grid.viewsOf(previousCell)) {
        if (!hasGroup(view) || (cell !== undefined && grid.isVisible(view, cell))) continue;
        view.leaves ??= new ByteRanges();
        cells.removal(actor, view.leaves);
      }
      for (const view of cell === undefined ? [] : grid.viewsOf(cell)) {
        if (!hasGroup(view)) continue;
        view.enters ??= new ByteRanges();
        if (previousCell === undefined || !grid.isVisible(view, previousCell))
          cells.addition(actor, view.enters);
        else if (actor.dirtyTick === this.#tick) cells.actorChanges(actor, view.enters);
      }
    }
  }

  /** The patch of the clients whose view is unchanged. */
  #patchGroup(view: VisibleCells): void {
    const ranges = this.#ranges;
    ranges.clear();
    ranges.add(this.#shared);
    if (view.leaves !== undefined) ranges.add(view.leaves);
    if (view.enters !== undefined) ranges.add(view.enters);
    this.#context.cells.visibleChanges(view, ranges);
    const sharing = this.#hasFilters ? this.#queueOwnPatches(view, ranges) : view.group;
    if (sharing !== undefined) this.#queue(sharing, this.#frame(ranges));
  }

  /**
   * Queues frames for the clients of a group that get bytes of their own. The others remain a list, returned.
   */
  #queueOwnPatches(view: VisibleCells, ranges: ByteRanges): SentState | undefined {
    let sharing: SentState | undefined;
    for (let sent = view.group; sent !== undefined; ) {
      const { nextInGroup } = sent;
      const own = this.#withOwn(sent, view, ranges);
      if (own !== ranges) this.#queueAlone(sent, own);
      else {
        sent.nextInGroup = sharing;
        sharing = sent;
      }
      sent = nextInGroup;
    }
    return sharing;
  }

  /** The patch of a client whose view changes. Clients with the same change of view share its ranges. */
  #patchChangedView(
    { sent, view }: Recipient,
    rangesByViews: Map<VisibleCells, Map<VisibleCells, ByteRanges>>,
  ): void {
    const previous = sent.visible ?? this.#context.grid.withoutViewpoint;
    let byNext = rangesByViews.get(previous);
    if (byNext === undefined) {
      byNext = new Map();
      rangesByViews.set(previous, byNext);
    }
    let ranges = byNext.get(view);
    if (ranges === undefined) {
      ranges = this.#viewChange(previous, view);
      byNext.set(view, ranges);
    }
    sent.visible = view;
    this.#queueAlone(sent, this.#hasFilters ? this.#withOwn(sent, view, ranges) : ranges);
  }

  /** All that leaves, enters and changes for clients that go from one view to another. */
  #viewChange(previous: VisibleCells, view: VisibleCells): ByteRanges {
    const { grid, cells } = this.#context;
    const ranges = new ByteRanges();
    ranges.add(this.#shared);
    for (const cell of grid.cellsIn(previous)) if (!grid.isVisible(view, cell)) cells.leave(cell, ranges);
    this.#addMoves(previous, view, ranges);
    for (const cell of grid.cellsIn(view)) {
      const ring = grid.ring(view, cell);
      let before = ring;
      if (!grid.isVisible(previous, cell)) cells.enter(cell, ranges);
      else {
        cells.immediateChanges(cell, ranges);
        before = grid.ring(previous, cell);
      }
      // Nearer now: what the slower ring had pending comes at once, for the faster ring has sent it already.
      if (before > ring) cells.pendingValues(cell, before, ranges);
      else cells.dueValues(cell, ring, ranges);
    }
    return ranges;
  }

  /**
   * Actors that changed cells in this tick, as seen on the way from one view to another: removals come first.
   */
  #addMoves(previous: VisibleCells, view: VisibleCells, ranges: ByteRanges): void {
    const { grid, cells, tracker } = this.#context;
    const additions = new ByteRanges();
    for (const actor of tracker.moved) {
      const { previousCell, cell } = actor;
      const wasVisible = previousCell !== undefined && grid.isVisible(previous, previousCell);
      const isVisible = cell !== undefined && grid.isVisible(view, cell);
      if (wasVisible && !isVisible) cells.removal(actor, ranges);
      else if (isVisible && !wasVisible) cells.addition(actor, additions);
      else if (isVisible && actor.dirtyTick === this.#tick) cells.actorChanges(actor, additions);
    }
    ranges.add(additions);
  }

  /** The first patch after a full state: exact against what that state held, actor by actor. */
  #patchAfterFullState({ sent, view }: Recipient): void {
    const { grid, cells, tracker } = this.#context;
    const known = sent.fullStateActors ?? new Map<number, Schema>();
    const ranges = new ByteRanges();
    ranges.add(this.#shared);
    const removed: number[] = [];
    for (const [index, actor] of known) {
      const tracked = tracker.byIndex.get(index);
      const isVisible =
        tracked?.actor === actor && tracked.cell !== undefined && grid.isVisible(view, tracked.cell);
      if (!isVisible) removed.push(index);
    }
    cells.removals(removed, ranges);
    for (const cell of grid.cellsIn(view)) {
      for (const actor of cell.members) {
        // One that was added or changed goes whole: the state may have held any part of the change.
        const isKnown = known.get(actor.index) === actor.actor;
        const isNew = actor.movedTick === this.#tick && actor.previousCell === undefined;
        if (!isKnown || isNew || actor.dirtyTick === this.#tick) cells.addition(actor, ranges);
      }
      cells.dueValues(cell, 0, ranges);
    }
    sent.visible = view;
    sent.fullStateActors = undefined;
    this.#queueAlone(sent, this.#hasFilters ? this.#withOwn(sent, view, ranges, true) : ranges);
  }

  /**
   * The ranges for one client: the given ones, unless it owns fields that changed or has a state view with
   * changes.
   *
   * @param hadFullState the owner's fields are then sent whole
   */
  #withOwn(sent: SentState, view: VisibleCells, ranges: ByteRanges, hadFullState = false): ByteRanges {
    const { grid, cells, tracker } = this.#context;
    const own = this.#ownRanges;
    const { client, viewpointActor } = sent;
    own.clear();
    if (client.view !== undefined) cells.append(this.#encodeStateView(client.view), own);
    const actor =
      viewpointActor?.cell && viewpointActor.key === client.sessionId
        ? viewpointActor
        : tracker.byKey.get(client.sessionId);
    if (actor?.cell !== undefined && grid.isVisible(view, actor.cell)) {
      const isWhole = hadFullState || sent.ownActor !== actor.actor || actor.addition.tick === this.#tick;
      if (isWhole || actor.dirtyTick === this.#tick) cells.ownerFields(actor, isWhole, own);
      sent.ownActor = actor.actor;
    } else sent.ownActor = undefined;
    if (own.length === 0) return ranges;
    const joined = this.#joined;
    joined.clear();
    joined.add(ranges);
    joined.add(own);
    return joined;
  }

  /** What a state view shows of the rest of the state; two clients on one view get the same. */
  #encodeStateView(view: StateView): Uint8Array {
    let bytes = this.#stateViews.get(view);
    if (bytes === undefined) {
      const end = this.#sharedEnd;
      bytes = this.#context.encoder.encodeView(view, end, { offset: end }).subarray(end);
      this.#stateViews.set(view, bytes);
    }
    return bytes;
  }

  /** A frame of these ranges; undefined where there is nothing to say. */
  #frame(ranges: ByteRanges): Frame | undefined {
    const length = ranges.bytes;
    if (length === 0 && this.#timing === undefined) return undefined;
    const frame = new Frame(Protocol.ROOM_STATE_PATCH, length, this.#timing?.sNow, this.#memory);
    const { bytes } = this.#context.cells.scratch;
    let at = frame.bodyAt;
    for (let i = 0; i < ranges.length; i += 2) {
      const start = ranges.at[i] ?? 0;
      const end = ranges.at[i + 1] ?? 0;
      if (end - start > 64) bytes.copy(frame.bytes, at, start, end);
      else for (let from = start, to = at; from < end; from++, to++) frame.bytes[to] = bytes[from] ?? 0;
      at += end - start;
    }
    this.frames.built++;
    return frame;
  }

  #queueAlone(sent: SentState, ranges: ByteRanges): void {
    sent.nextInGroup = undefined;
    this.#queue(sent, this.#frame(ranges));
  }

  /** Queues a frame for a client and those that follow it in its group. */
  #queue(first: SentState, frame: Frame | undefined): void {
    if (frame === undefined) return;
    this.#queuedFrames.push(frame);
    this.#queuedClients.push(first);
  }

  /**
   * Writes all frames at once: the kernel's work between two frames would evict what building them has
   * cached.
   */
  #flush(): void {
    const from = performance.now();
    this.#queuedFrames.forEach((frame, i) => {
      let sent: SentState | undefined = this.#queuedClients[i];
      while (sent !== undefined) {
        const { client, handle, nextInGroup } = sent;
        sent.nextInGroup = sent.handle = undefined;
        this.#backpressure.send(client, frame, handle);
        this.frames.sent++;
        sent = nextInGroup;
      }
    });
    this.#queuedFrames.length = 0;
    this.#queuedClients.length = 0;
    this.#spentMs.send += performance.now() - from;
  }
}
