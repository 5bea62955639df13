import { type Client, ClientState, Protocol } from "@colyseus/core";
import type { Schema, StateView } from "@colyseus/schema";
import { pushAll, type Ranges } from "./cell-encoder.ts";
import { type CellScene, coverOf } from "./cell-scene.ts";
import type { Cell, Cover } from "./cells.ts";
import type { Sight } from "./eyes.ts";
import { Frame } from "./frame.ts";
import type { Outbox } from "./outbox.ts";
import type { PatchTiming } from "./stable-serializer.ts";

/** A joined client in one tick. */
interface Turn {
  readonly client: Client;
  readonly sight: Sight;
  readonly has: Cover;
}

/** Puts together each client's patch from what the cells hold: once for all who saw and see the same cells. */
export class CellPatches {
  /** Frames of the last tick, built and sent: their ratio is what sharing saves. */
  readonly frames = { built: 0, sent: 0 };
  readonly #scene: CellScene;
  readonly #outbox: Outbox;
  readonly #hasFilters: boolean;
  readonly #views = new Map<StateView, Uint8Array>();
  #tick = -1;
  #timing: PatchTiming | undefined;

  /** @param hasFilters whether any field of the state is under `.view()` */
  constructor(scene: CellScene, outbox: Outbox, hasFilters: boolean) {
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
    this.#views.clear();
    const shared: Ranges = [];
    const it = { offset: 1 };
    if (this.#scene.encoder.hasChanges) {
      this.#scene.encoder.sharedBuffer[0] = Protocol.ROOM_STATE_PATCH;
      this.#scene.cells.take(this.#scene.encoder.encode(it).subarray(1), shared);
    }
    const crossers: Turn[] = [];
    const newcomers: Turn[] = [];
    const groups = this.#group(clients, crossers, newcomers, resync);
    this.#spread();
    for (const cover of groups) this.#toGroup(cover, shared, it);
    const pairs = new Map<Cover, Map<Cover, Ranges>>();
    for (const turn of crossers) this.#toCrosser(turn, pairs, shared, it);
    for (const turn of newcomers) this.#toNewcomer(turn, shared, it);
  }

  /** Sorts the clients that take a patch: by cover those who stay, and those who cross cells or have just joined. */
  #group(clients: readonly Client[], crossers: Turn[], newcomers: Turn[], resync: Client[]): Cover[] {
    const groups: Cover[] = [];
    for (const client of clients) {
      if (client.state !== ClientState.JOINED) continue;
      const turn = this.#outbox.turn(client);
      if (turn === "skip") continue;
      const sight = this.#scene.eyes.sight(client);
      if (turn === "resync" || sight === undefined) {
        resync.push(client);
        continue;
      }
      const has = coverOf(this.#scene, client, sight);
      if (has.tick !== this.#tick) has.begin(this.#tick);
      if (sight.cover === has) {
        if (has.group.push(client) === 1) groups.push(has);
      } else if (sight.given === undefined) crossers.push({ client, sight, has });
      else newcomers.push({ client, sight, has });
    }
    return groups;
  }

  /** Lays out what every frame draws on: changes by cell, and to each group what moved into or out of its view. */
  #spread(): void {
    const tick = this.#tick;
    const touched: Cell[] = [];
    for (const resident of this.#scene.residents.active) {
      const { cell } = resident;
      if (cell === undefined || cell.watchers.length === 0) continue;
      if (cell.activeTick !== tick) {
        cell.activeTick = tick;
        cell.active.length = 0;
        touched.push(cell);
      }
      cell.active.push(resident);
    }
    for (const resident of this.#scene.residents.changed) {
      const { cell } = resident;
      if (cell === undefined || resident.movedTick === tick || cell.watchers.length === 0) continue;
      if (cell.nowTick !== tick) {
        cell.nowTick = tick;
        cell.now.length = 0;
        if (cell.activeTick !== tick) touched.push(cell);
      }
      this.#scene.cells.now(resident, cell.now);
    }
    // By cell rather than by cover: where most cells are empty, most of what a cover holds need not be looked at.
    for (const cell of touched) {
      for (const cover of cell.watchers) {
        if (cover.tick !== tick || cover.group.length === 0) continue;
        if (cell.nowTick === tick) pushAll(cover.changes, cell.now);
        this.#scene.cells.refresh(cell, this.#scene.grid.ring(cover, cell), false, cover.changes);
      }
    }
    this.#spreadMoves();
  }

  #spreadMoves(): void {
    const tick = this.#tick;
    for (const resident of this.#scene.residents.moved) {
      const { from, cell } = resident;
      for (const cover of from?.watchers ?? []) {
        if (cover.tick !== tick || cover.group.length === 0) continue;
        if (cell === undefined || !this.#scene.grid.sees(cover, cell))
          this.#scene.cells.gone(resident, cover.leaves);
      }
      for (const cover of cell?.watchers ?? []) {
        if (cover.tick !== tick || cover.group.length === 0) continue;
        if (from === undefined || !this.#scene.grid.sees(cover, from))
          this.#scene.cells.whole(resident, cover.enters);
        else if (resident.dirtyTick === tick) this.#scene.cells.now(resident, cover.enters);
      }
    }
  }

  #toGroup(cover: Cover, shared: Ranges, it: { offset: number }): void {
    const ranges = [...shared];
    pushAll(ranges, cover.leaves);
    pushAll(ranges, cover.enters);
    pushAll(ranges, cover.changes);
    let frame: Frame | undefined;
    for (const client of cover.group) {
      const own = this.#hasFilters ? this.#own(client, cover, ranges, it) : ranges;
      if (own !== ranges) this.#deliver(client, this.#frame(own));
      else {
        frame ??= this.#frame(ranges);
        this.#deliver(client, frame);
      }
    }
  }

  #toCrosser(
    { client, sight, has }: Turn,
    pairs: Map<Cover, Map<Cover, Ranges>>,
    shared: Ranges,
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
    const own = this.#hasFilters ? this.#own(client, has, ranges, it) : ranges;
    this.#deliver(client, this.#frame(own));
  }

  /** All that clients need who saw one cover and now see another. */
  #crossing(had: Cover, has: Cover, shared: Ranges): Ranges {
    const ranges = [...shared];
    const later: Ranges = [];
    for (const cell of had.cells)
      if (!this.#scene.grid.sees(has, cell)) this.#scene.cells.leave(cell, ranges);
    for (const resident of this.#scene.residents.moved) {
      const { from, cell } = resident;
      const was = from !== undefined && this.#scene.grid.sees(had, from);
      const is = cell !== undefined && this.#scene.grid.sees(has, cell);
      if (was && !is) this.#scene.cells.gone(resident, ranges);
      else if (is && !was) this.#scene.cells.whole(resident, later);
      else if (is && resident.dirtyTick === this.#tick) this.#scene.cells.now(resident, later);
    }
    pushAll(ranges, later);
    for (const cell of has.cells) {
      const ring = this.#scene.grid.ring(has, cell);
      let before = ring;
      if (!this.#scene.grid.sees(had, cell)) this.#scene.cells.enter(cell, ranges);
      else {
        if (cell.nowTick === this.#tick) pushAll(ranges, cell.now);
        before = this.#scene.grid.ring(had, cell);
      }
      // Nearer now: what the slower ring held back comes at once, for the faster one no longer owes it.
      if (before > ring) this.#scene.cells.refresh(cell, before, true, ranges);
      else this.#scene.cells.refresh(cell, ring, false, ranges);
    }
    return ranges;
  }

  /** The first patch after a full state: exact against what that state held, actor by actor. */
  #toNewcomer({ client, sight, has }: Turn, shared: Ranges, it: { offset: number }): void {
    const given = sight.given ?? new Map<number, Schema>();
    const ranges = [...shared];
    const gone: number[] = [];
    for (const [index, actor] of given) {
      const resident = this.#scene.residents.byIndex.get(index);
      const seen =
        resident?.actor === actor && resident.cell !== undefined && this.#scene.grid.sees(has, resident.cell);
      if (!seen) gone.push(index);
    }
    this.#scene.cells.goneAll(gone, ranges);
    for (const cell of has.cells) {
      for (const resident of cell.members) {
        // One that came or changed goes whole: the state may have held any part of the change.
        const known = given.get(resident.index) === resident.actor;
        const arrived = resident.movedTick === this.#tick && resident.from === undefined;
        if (!known || arrived || resident.dirtyTick === this.#tick) this.#scene.cells.whole(resident, ranges);
      }
      this.#scene.cells.refresh(cell, 0, false, ranges);
    }
    sight.cover = has;
    sight.given = undefined;
    const own = this.#hasFilters ? this.#own(client, has, ranges, it, true) : ranges;
    this.#deliver(client, this.#frame(own));
  }

  /** The ranges for one client: the given ones, unless it owns fields or has a view of the state beside the actors. */
  #own(client: Client, has: Cover, ranges: Ranges, it: { offset: number }, anew = false): Ranges {
    const extra: Ranges = [];
    if (client.view !== undefined) this.#scene.cells.take(this.#viewed(client.view, it.offset), extra);
    const sight = this.#scene.eyes.sight(client);
    const mine = this.#scene.residents.byKey.get(client.sessionId);
    if (sight !== undefined && mine?.cell !== undefined && this.#scene.grid.sees(has, mine.cell)) {
      const whole = anew || sight.owned !== mine.actor || mine.whole.tick === this.#tick;
      if (whole || mine.dirtyTick === this.#tick) this.#scene.cells.mine(mine, whole, extra);
      sight.owned = mine.actor;
    } else if (sight !== undefined) sight.owned = undefined;
    return extra.length === 0 ? ranges : [...ranges, ...extra];
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

  #frame(ranges: Ranges): Frame | undefined {
    let length = 0;
    for (let i = 0; i < ranges.length; i += 2) length += (ranges[i + 1] ?? 0) - (ranges[i] ?? 0);
    if (length === 0 && this.#timing === undefined) return undefined;
    const frame = new Frame(Protocol.ROOM_STATE_PATCH, length, this.#timing?.sNow);
    const { bytes } = this.#scene.cells.scratch;
    let at = frame.bodyAt;
    for (let i = 0; i < ranges.length; i += 2) {
      const start = ranges[i] ?? 0;
      const end = ranges[i + 1] ?? 0;
      if (end - start > 64) bytes.copy(frame.bytes, at, start, end);
      else for (let from = start, to = at; from < end; from++, to++) frame.bytes[to] = bytes[from] ?? 0;
      at += end - start;
    }
    this.frames.built++;
    return frame;
  }

  #deliver(client: Client, frame: Frame | undefined): void {
    if (frame === undefined) return;
    this.frames.sent++;
    this.#outbox.send(client, frame);
  }
}
