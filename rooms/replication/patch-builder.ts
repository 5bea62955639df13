import { type Client, ClientState, Protocol } from "@colyseus/core";
import type { Schema, StateView } from "@colyseus/schema";
import type { Backpressure } from "../transport/backpressure.ts";
import { Frame, FrameMemory } from "../transport/websocket-frame.ts";
import { ByteRanges } from "./byte-ranges.ts";
import type { VisibleCells } from "./cell-grid.ts";
import { type ReplicationContext, visibleCellsOf } from "./replication-context.ts";
import type { PatchTiming } from "./stable-serializer.ts";
import type { SentState } from "./viewpoints.ts";

/** Bits of all rings. */
const EVERY_RING = 0xff;

/** A joined client in one tick. */
interface Recipient {
  readonly sight: SentState;
  readonly has: VisibleCells;
}

/** Puts together each client's patch from what the cells hold: once for all who saw and see the same cells. */
export class PatchBuilder {
  /** Frames of the last tick, built and sent: their ratio is what sharing saves. */
  readonly frames = { built: 0, sent: 0 };
  readonly #scene: ReplicationContext;
  readonly #outbox: Backpressure;
  readonly #hasFilters: boolean;
  readonly #spentMs: { interest: number; send: number };
  readonly #views = new Map<StateView, Uint8Array>();
  /** Lists that are filled anew for each frame. */
  readonly #ranges = new ByteRanges();
  readonly #extra = new ByteRanges();
  readonly #whole = new ByteRanges();
  readonly #memory = new FrameMemory();
  /** Frames to be written, and at the same place to whom. */
  readonly #posted: Frame[] = [];
  readonly #addressees: SentState[] = [];
  #tick = -1;
  #timing: PatchTiming | undefined;

  /**
   * @param hasFilters whether any field of the state is under `.view()`
   * @param spentMs where the time is booked that goes into finding who sees what, and into the sockets
   */
  constructor(
    scene: ReplicationContext,
    outbox: Backpressure,
    hasFilters: boolean,
    spentMs: { interest: number; send: number },
  ) {
    this.#spentMs = spentMs;
    this.#scene = scene;
    this.#outbox = outbox;
    this.#hasFilters = hasFilters;
  }

  /** Sends a tick's patches. Clients that are to get the whole state instead are added to `resync`. */
  send(clients: readonly Client[], resync: Client[], tick: number, timing: PatchTiming | undefined): void {
    this.#tick = tick;
    this.#timing = timing;
    this.frames.built = 0;
    this.frames.sent = 0;
    this.#memory.begin();
    this.#views.clear();
    const shared = new ByteRanges();
    const it = { offset: 1 };
    if (this.#scene.encoder.hasChanges) {
      this.#scene.encoder.sharedBuffer[0] = Protocol.ROOM_STATE_PATCH;
      this.#scene.cells.take(this.#scene.encoder.encode(it).subarray(1), shared);
    }
    const crossers: Recipient[] = [];
    const newcomers: Recipient[] = [];
    const from = performance.now();
    const groups = this.#group(clients, crossers, newcomers, resync);
    this.#spentMs.interest += performance.now() - from;
    this.#spread();
    for (const cover of groups) this.#toGroup(cover, shared, it);
    const pairs = new Map<VisibleCells, Map<VisibleCells, ByteRanges>>();
    for (const turn of crossers) this.#toCrosser(turn, pairs, shared, it);
    for (const turn of newcomers) this.#toNewcomer(turn, shared, it);
    this.#deliver();
  }

  /** Sorts the clients that take a patch: by cover those who stay, and those who cross cells or have just joined. */
  #group(
    clients: readonly Client[],
    crossers: Recipient[],
    newcomers: Recipient[],
    resync: Client[],
  ): VisibleCells[] {
    const groups: VisibleCells[] = [];
    for (const client of clients) {
      if (client.state !== ClientState.JOINED) continue;
      const turn = this.#outbox.turn(client);
      if (turn === "skip") continue;
      const sight = this.#scene.viewpoints.sight(client);
      if (turn === "resync" || sight === undefined) {
        resync.push(client);
        continue;
      }
      sight.handle = this.#outbox.open(client);
      const has = this.#coverOf(client, sight);
      if (has.tick !== this.#tick) has.begin(this.#tick);
      if (sight.cover === has) {
        if (has.group === undefined) groups.push(has);
        sight.next = has.group;
        has.group = sight;
      } else if (sight.given === undefined) crossers.push({ sight, has });
      else newcomers.push({ sight, has });
    }
    return groups;
  }

  #coverOf(client: Client, sight: SentState): VisibleCells {
    const { viewpoints: eyes, tracker: residents } = this.#scene;
    if (sight.cover !== undefined && eyes.stays(sight)) return sight.cover;
    eyes.note(client, sight, residents);
    return visibleCellsOf(this.#scene, client, sight);
  }

  /** Notes what every frame draws on: changes by cell, and for each group what moved into or out of its view. */
  #spread(): void {
    const { tracker: residents, grid } = this.#scene;
    for (const resident of residents.active) {
      const { cell } = resident;
      if (cell === undefined) continue;
      grid.table.touch(cell, this.#tick, grid.due(resident, this.#tick));
      resident.next = cell.activeTick === this.#tick ? cell.active : undefined;
      cell.activeTick = this.#tick;
      cell.active = resident;
    }
    for (const resident of residents.changed) {
      const { cell } = resident;
      if (cell === undefined || resident.movedTick === this.#tick) continue;
      grid.table.touch(cell, this.#tick, EVERY_RING);
      if (cell.changedTick === this.#tick) cell.changed.push(resident);
      else {
        cell.changedTick = this.#tick;
        cell.changed = [resident];
      }
    }
    this.#spreadMoves();
  }

  #spreadMoves(): void {
    const { grid, cells, tracker: residents } = this.#scene;
    const gets = (cover: VisibleCells) => cover.tick === this.#tick && cover.group !== undefined;
    for (const resident of residents.moved) {
      const { from, cell } = resident;
      for (const cover of from === undefined ? [] : grid.watching(from)) {
        if (!gets(cover) || (cell !== undefined && grid.sees(cover, cell))) continue;
        cover.leaves ??= new ByteRanges();
        cells.gone(resident, cover.leaves);
      }
      for (const cover of cell === undefined ? [] : grid.watching(cell)) {
        if (!gets(cover)) continue;
        cover.enters ??= new ByteRanges();
        if (from === undefined || !grid.sees(cover, from)) cells.whole(resident, cover.enters);
        else if (resident.dirtyTick === this.#tick) cells.now(resident, cover.enters);
      }
    }
  }

  #toGroup(cover: VisibleCells, shared: ByteRanges, it: { offset: number }): void {
    const ranges = this.#ranges;
    ranges.clear();
    ranges.add(shared);
    if (cover.leaves !== undefined) ranges.add(cover.leaves);
    if (cover.enters !== undefined) ranges.add(cover.enters);
    this.#scene.cells.seen(cover, ranges);
    const alike = this.#hasFilters ? this.#alike(cover, ranges, it) : cover.group;
    if (alike !== undefined) this.#post(alike, this.#frame(ranges));
  }

  /** Those of a group who get nothing of their own. */
  #alike(cover: VisibleCells, ranges: ByteRanges, it: { offset: number }): SentState | undefined {
    let alike: SentState | undefined;
    for (let sight = cover.group; sight !== undefined; ) {
      const { next } = sight;
      if (!this.#postApart(sight, cover, ranges, it)) {
        sight.next = alike;
        alike = sight;
      }
      sight = next;
    }
    return alike;
  }

  /** Gives a client a frame of its own, if it owns fields that changed or has a view. Returns whether it did. */
  #postApart(sight: SentState, cover: VisibleCells, ranges: ByteRanges, it: { offset: number }): boolean {
    const own = this.#own(sight, cover, ranges, it);
    if (own !== ranges) this.#postTo(sight, own);
    return own !== ranges;
  }

  #toCrosser(
    { sight, has }: Recipient,
    pairs: Map<VisibleCells, Map<VisibleCells, ByteRanges>>,
    shared: ByteRanges,
    it: { offset: number },
  ): void {
    const had = sight.cover ?? this.#scene.grid.nowhere;
    let from = pairs.get(had);
    if (from === undefined) {
      from = new Map();
      pairs.set(had, from);
    }
    let ranges = from.get(has);
    if (ranges === undefined) {
      ranges = this.#crossing(had, has, shared);
      from.set(has, ranges);
    }
    sight.cover = has;
    this.#postTo(sight, this.#hasFilters ? this.#own(sight, has, ranges, it) : ranges);
  }

  /** All that clients need who saw one cover and now see another. */
  #crossing(had: VisibleCells, has: VisibleCells, shared: ByteRanges): ByteRanges {
    const ranges = new ByteRanges();
    ranges.add(shared);
    const later = new ByteRanges();
    for (const cell of this.#scene.grid.seen(had))
      if (!this.#scene.grid.sees(has, cell)) this.#scene.cells.leave(cell, ranges);
    for (const resident of this.#scene.tracker.moved) {
      const { from, cell } = resident;
      const was = from !== undefined && this.#scene.grid.sees(had, from);
      const is = cell !== undefined && this.#scene.grid.sees(has, cell);
      if (was && !is) this.#scene.cells.gone(resident, ranges);
      else if (is && !was) this.#scene.cells.whole(resident, later);
      else if (is && resident.dirtyTick === this.#tick) this.#scene.cells.now(resident, later);
    }
    ranges.add(later);
    for (const cell of this.#scene.grid.seen(has)) {
      const ring = this.#scene.grid.ring(has, cell);
      let before = ring;
      if (!this.#scene.grid.sees(had, cell)) this.#scene.cells.enter(cell, ranges);
      else {
        this.#scene.cells.changes(cell, ranges);
        before = this.#scene.grid.ring(had, cell);
      }
      // Nearer now: what the slower ring held back comes at once, for the faster one no longer owes it.
      if (before > ring) this.#scene.cells.owed(cell, before, ranges);
      else this.#scene.cells.due(cell, ring, ranges);
    }
    return ranges;
  }

  /** The first patch after a full state: exact against what that state held, actor by actor. */
  #toNewcomer({ sight, has }: Recipient, shared: ByteRanges, it: { offset: number }): void {
    const given = sight.given ?? new Map<number, Schema>();
    const ranges = new ByteRanges();
    ranges.add(shared);
    const gone: number[] = [];
    for (const [index, actor] of given) {
      const resident = this.#scene.tracker.byIndex.get(index);
      const seen =
        resident?.actor === actor && resident.cell !== undefined && this.#scene.grid.sees(has, resident.cell);
      if (!seen) gone.push(index);
    }
    this.#scene.cells.goneAll(gone, ranges);
    for (const cell of this.#scene.grid.seen(has)) {
      for (const resident of cell.members) {
        // One that came or changed goes whole: the state may have held any part of the change.
        const known = given.get(resident.index) === resident.actor;
        const arrived = resident.movedTick === this.#tick && resident.from === undefined;
        if (!known || arrived || resident.dirtyTick === this.#tick) this.#scene.cells.whole(resident, ranges);
      }
      this.#scene.cells.due(cell, 0, ranges);
    }
    sight.cover = has;
    sight.given = undefined;
    this.#postTo(sight, this.#hasFilters ? this.#own(sight, has, ranges, it, true) : ranges);
  }

  /** The ranges for one client: the given ones, unless it owns fields or has a view of the state beside the actors. */
  #own(
    sight: SentState,
    has: VisibleCells,
    ranges: ByteRanges,
    it: { offset: number },
    anew = false,
  ): ByteRanges {
    const extra = this.#extra;
    const { client, eye } = sight;
    extra.clear();
    if (client.view !== undefined) this.#scene.cells.take(this.#viewed(client.view, it.offset), extra);
    const mine =
      eye?.cell && eye.key === client.sessionId ? eye : this.#scene.tracker.byKey.get(client.sessionId);
    if (mine?.cell !== undefined && this.#scene.grid.sees(has, mine.cell)) {
      const whole = anew || sight.owned !== mine.actor || mine.whole.tick === this.#tick;
      if (whole || mine.dirtyTick === this.#tick) this.#scene.cells.mine(mine, whole, extra);
      sight.owned = mine.actor;
    } else sight.owned = undefined;
    if (extra.length === 0) return ranges;
    const whole = this.#whole;
    whole.clear();
    whole.add(ranges);
    whole.add(extra);
    return whole;
  }

  /** What a view of the rest of the state sees; two clients on one view get the same. */
  #viewed(view: StateView, sharedEnd: number): Uint8Array {
    let bytes = this.#views.get(view);
    if (bytes === undefined) {
      bytes = this.#scene.encoder.encodeView(view, sharedEnd, { offset: sharedEnd }).subarray(sharedEnd);
      this.#views.set(view, bytes);
    }
    return bytes;
  }

  #frame(ranges: ByteRanges): Frame | undefined {
    const length = ranges.bytes;
    if (length === 0 && this.#timing === undefined) return undefined;
    const frame = new Frame(Protocol.ROOM_STATE_PATCH, length, this.#timing?.sNow, this.#memory);
    const { bytes } = this.#scene.cells.scratch;
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

  /** A frame for one client alone. */
  #postTo(sight: SentState, ranges: ByteRanges): void {
    sight.next = undefined;
    this.#post(sight, this.#frame(ranges));
  }

  #post(first: SentState, frame: Frame | undefined): void {
    if (frame === undefined) return;
    this.#posted.push(frame);
    this.#addressees.push(first);
  }

  /** Writes all frames. Not as each is made: the kernel's work between two frames costs their making its caches. */
  #deliver(): void {
    const from = performance.now();
    this.#posted.forEach((frame, i) => {
      let sight: SentState | undefined = this.#addressees[i];
      while (sight !== undefined) {
        const { client, handle, next } = sight;
        sight.next = sight.handle = undefined;
        this.#outbox.send(client, frame, handle);
        this.frames.sent++;
        sight = next;
      }
    });
    this.#posted.length = 0;
    this.#addressees.length = 0;
    this.#spentMs.send += performance.now() - from;
  }
}
