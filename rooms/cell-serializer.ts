import { type Client, ClientState, Protocol } from "@colyseus/core";
import { $changes, type ChangeTree, MapSchema, type Schema, type StateView } from "@colyseus/schema";
import { RoomkeepError } from "../shared/errors.ts";
import { CellEncoder, pushAll, type Ranges } from "./cell-encoder.ts";
import { type Cell, CellGrid, type Cover } from "./cells.ts";
import { Eyes, type Sight, type Viewpoint } from "./eyes.ts";
import { Frame } from "./frame.ts";
import { type Interest, type InterestOptions, readInterest } from "./interest.ts";
import type { Outbox } from "./outbox.ts";
import { Residents } from "./residents.ts";
import { type PatchTiming, StableSerializer } from "./stable-serializer.ts";

/** A joined client in one tick. */
interface Turn {
  readonly client: Client;
  readonly sight: Sight;
  readonly has: Cover;
}

/** What the last tick took. */
export interface CellStats {
  /** Frames built and frames sent: their ratio is what sharing saves. */
  framesBuilt: number;
  framesSent: number;
  /** Bytes of segments encoded, before they were put together. */
  encodedBytes: number;
}

/**
 * A serializer that sends each client only the actors near its eyes, and encodes each cell once for all who see it.
 * The wire is the stock one (`id` stays `schema`), so unmodified SDK clients decode it. Everything of the state but
 * the actors map goes to all, views included, as ever.
 *
 * An actor's fields under `.view()` go to its owner alone: the client whose session id is the actor's key. A schema
 * instance inside an actor belongs to that actor only; to refer to an actor from elsewhere, hold its key.
 *
 * @example
 * room.setSerializer(new CellSerializer({ interest: { radiusM: 50 } }));
 */
export class CellSerializer<S extends Schema> extends StableSerializer<S> {
  readonly stats: CellStats = { framesBuilt: 0, framesSent: 0, encodedBytes: 0 };
  readonly #collection: string;
  readonly #interest: Interest;
  readonly #eyes = new Eyes();
  #grid!: CellGrid;
  #map!: MapSchema<Schema>;
  #residents!: Residents;
  #cells!: CellEncoder;
  #tick = 0;
  readonly #views = new Map<StateView, Uint8Array>();
  #timing: PatchTiming | undefined;

  /** @throws CONFIG_INVALID for an interest that cannot be used */
  constructor(options: { interest: InterestOptions; collection?: string; outbox?: Outbox }) {
    super(options.outbox);
    this.#collection = options.collection ?? "actors";
    this.#interest = readInterest(options.interest);
  }

  /**
   * Whose eyes a client has: an actor's key or a point. Unless said otherwise its own, the actor whose key is the
   * session id. Holds through reconnections until {@link CellSerializer.forget}.
   */
  viewpoint(client: Client, from: Viewpoint): void {
    this.#eyes.look(client.sessionId, from);
  }

  /**
   * How far all clients see, or one client, metres. Takes effect with the next patch.
   * @throws CONFIG_INVALID for a radius that cannot be used
   */
  setRadius(radiusM: number, client?: Client): void {
    readInterest({ ...this.#interest, radiusM });
    if (client === undefined) this.#interest.radiusM = radiusM;
    else this.#eyes.reach(client.sessionId, radiusM);
  }

  /** A session has ended for good: its viewpoint and radius are forgotten. */
  forget(client: Client): void {
    this.#eyes.forget(client.sessionId);
  }

  override reset(state: S): void {
    super.reset(state);
    const map: unknown = Reflect.get(state, this.#collection);
    if (!(map instanceof MapSchema)) {
      throw new RoomkeepError("CONFIG_INVALID", `interest: the state has no map "${this.#collection}".`);
    }
    for (const type of this.encoder.context.schemas.keys()) refuseStreams(type);
    this.#map = map as MapSchema<Schema>;
    hideFromFullSync(this.#map[$changes], this.encoder);
    this.#grid = new CellGrid(this.#interest);
    this.#residents = new Residents(this.encoder, this.#map, this.#grid, this.#interest);
    this.#cells = new CellEncoder(this.encoder, this.#map, this.#grid);
    // Unreliable fields are stock's own channel, which knows no interest.
    this.hasUnreliableFields = false;
  }

  /** The state without its actors, and of these the ones in view; all of them where no client is given. */
  override getFullState(client?: Client, timing?: PatchTiming): Uint8Array<ArrayBufferLike> | Buffer<ArrayBufferLike> {
    const frame = this.#fullFrame(client, timing);
    frame.address((client as { _inputBuffer?: { ackSeq: number } } | undefined)?._inputBuffer?.ackSeq ?? 0);
    if (client !== undefined) this.outbox.allow(client, frame.bytes.length);
    return frame.message();
  }

  override applyUnreliablePatches(): boolean {
    this.encoder.discardUnreliableChanges();
    return false;
  }

  override applyPatches(clients: Client[], _state?: unknown, timing?: PatchTiming): boolean {
    if (Reflect.get(this.encoder.state, this.#collection) !== this.#map) {
      throw new RoomkeepError("CONFIG_INVALID", `interest: the map "${this.#collection}" must not be replaced.`);
    }
    this.#tick++;
    this.#timing = timing;
    this.outbox.tend(clients);
    const changed = this.encoder.hasChanges;
    this.#residents.take(this.#tick);
    this.#cells.begin(this.#tick);
    const resync: Client[] = [];
    if (clients.length > 0) this.#send(clients, resync);
    else if (this.encoder.hasChanges) this.needFullEncode = true;
    this.stats.encodedBytes = this.#cells.scratch.it.offset;
    this.#residents.settle(this.#tick);
    this.encoder.discardChanges();
    for (const client of resync) this.outbox.sendState(client, this.#fullFrame(client, timing, true));
    if (this.#tick % 40 === 0) this.#grid.sweep(this.#tick - 20);
    return changed && clients.length > 0;
  }

  #send(clients: readonly Client[], resync: Client[]): void {
    this.stats.framesBuilt = 0;
    this.stats.framesSent = 0;
    this.#views.clear();
    const shared: Ranges = [];
    const it = { offset: 1 };
    if (this.encoder.hasChanges) {
      this.needFullEncode = true;
      this.encoder.sharedBuffer[0] = Protocol.ROOM_STATE_PATCH;
      this.#cells.take(this.encoder.encode(it).subarray(1), shared);
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
      const turn = this.outbox.turn(client);
      if (turn === "skip") continue;
      const sight = this.#eyes.sight(client);
      if (turn === "resync" || sight === undefined) {
        resync.push(client);
        continue;
      }
      const has = this.#cover(client, sight);
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
    for (const resident of this.#residents.active) {
      const { cell } = resident;
      if (cell === undefined || cell.watchers.length === 0) continue;
      if (cell.activeTick !== tick) {
        cell.activeTick = tick;
        cell.active.length = 0;
        touched.push(cell);
      }
      cell.active.push(resident);
    }
    for (const resident of this.#residents.changed) {
      const { cell } = resident;
      if (cell === undefined || resident.movedTick === tick || cell.watchers.length === 0) continue;
      if (cell.nowTick !== tick) {
        cell.nowTick = tick;
        cell.now.length = 0;
        if (cell.activeTick !== tick) touched.push(cell);
      }
      this.#cells.now(resident, cell.now);
    }
    // By cell rather than by cover: where most cells are empty, most of what a cover holds need not be looked at.
    for (const cell of touched) {
      for (const cover of cell.watchers) {
        if (cover.tick !== tick || cover.group.length === 0) continue;
        if (cell.nowTick === tick) pushAll(cover.changes, cell.now);
        this.#cells.refresh(cell, this.#grid.ring(cover, cell), false, cover.changes);
      }
    }
    this.#spreadMoves();
  }

  #spreadMoves(): void {
    const tick = this.#tick;
    for (const resident of this.#residents.moved) {
      const { from, cell } = resident;
      for (const cover of from?.watchers ?? []) {
        if (cover.tick !== tick || cover.group.length === 0) continue;
        if (cell === undefined || !this.#grid.sees(cover, cell)) this.#cells.gone(resident, cover.leaves);
      }
      for (const cover of cell?.watchers ?? []) {
        if (cover.tick !== tick || cover.group.length === 0) continue;
        if (from === undefined || !this.#grid.sees(cover, from)) this.#cells.whole(resident, cover.enters);
        else if (resident.dirtyTick === tick) this.#cells.now(resident, cover.enters);
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
      const own = this.hasFilters ? this.#own(client, cover, ranges, it) : ranges;
      if (own !== ranges) this.#deliver(client, this.#frame(own));
      else {
        frame ??= this.#frame(ranges);
        this.#deliver(client, frame);
      }
    }
  }

  #toCrosser({ client, sight, has }: Turn, pairs: Map<Cover, Map<Cover, Ranges>>, shared: Ranges, it: { offset: number }): void {
    const had = sight.cover ?? this.#grid.nowhere;
    let from = pairs.get(had);
    if (from === undefined) pairs.set(had, (from = new Map()));
    let ranges = from.get(has);
    if (ranges === undefined) from.set(has, (ranges = this.#crossing(had, has, shared)));
    sight.cover = has;
    const own = this.hasFilters ? this.#own(client, has, ranges, it) : ranges;
    this.#deliver(client, this.#frame(own));
  }

  /** All that clients need who saw one cover and now see another. */
  #crossing(had: Cover, has: Cover, shared: Ranges): Ranges {
    const ranges = [...shared];
    const later: Ranges = [];
    for (const cell of had.cells) if (!this.#grid.sees(has, cell)) this.#cells.leave(cell, ranges);
    for (const resident of this.#residents.moved) {
      const { from, cell } = resident;
      const was = from !== undefined && this.#grid.sees(had, from);
      const is = cell !== undefined && this.#grid.sees(has, cell);
      if (was && !is) this.#cells.gone(resident, ranges);
      else if (is && !was) this.#cells.whole(resident, later);
      else if (is && resident.dirtyTick === this.#tick) this.#cells.now(resident, later);
    }
    pushAll(ranges, later);
    for (const cell of has.cells) {
      const ring = this.#grid.ring(has, cell);
      let before = ring;
      if (!this.#grid.sees(had, cell)) this.#cells.enter(cell, ranges);
      else {
        if (cell.nowTick === this.#tick) pushAll(ranges, cell.now);
        before = this.#grid.ring(had, cell);
      }
      // Nearer now: what the slower ring held back comes at once, for the faster one no longer owes it.
      if (before > ring) this.#cells.refresh(cell, before, true, ranges);
      else this.#cells.refresh(cell, ring, false, ranges);
    }
    return ranges;
  }

  /** The first patch after a full state: exact against what that state held, actor by actor. */
  #toNewcomer({ client, sight, has }: Turn, shared: Ranges, it: { offset: number }): void {
    const given = sight.given ?? new Map<number, Schema>();
    const ranges = [...shared];
    const gone: number[] = [];
    for (const [index, actor] of given) {
      const resident = this.#residents.byIndex.get(index);
      const seen = resident?.actor === actor && resident.cell !== undefined && this.#grid.sees(has, resident.cell);
      if (!seen) gone.push(index);
    }
    this.#cells.goneAll(gone, ranges);
    for (const cell of has.cells) {
      for (const resident of cell.members) {
        // One that came or changed goes whole: the state may have held any part of the change.
        const known = given.get(resident.index) === resident.actor;
        const arrived = resident.movedTick === this.#tick && resident.from === undefined;
        if (!known || arrived || resident.dirtyTick === this.#tick) this.#cells.whole(resident, ranges);
      }
      this.#cells.refresh(cell, 0, false, ranges);
    }
    sight.cover = has;
    sight.given = undefined;
    const own = this.hasFilters ? this.#own(client, has, ranges, it, true) : ranges;
    this.#deliver(client, this.#frame(own));
  }

  /** The ranges for one client: the given ones, unless it owns fields or has a view of the state beside the actors. */
  #own(client: Client, has: Cover, ranges: Ranges, it: { offset: number }, anew = false): Ranges {
    const extra: Ranges = [];
    if (client.view !== undefined) this.#cells.take(this.#viewed(client.view, it.offset), extra);
    const sight = this.#eyes.sight(client);
    const mine = this.#residents.byKey.get(client.sessionId);
    if (sight !== undefined && mine?.cell !== undefined && this.#grid.sees(has, mine.cell)) {
      const whole = anew || sight.owned !== mine.actor || mine.whole.tick === this.#tick;
      if (whole || mine.dirtyTick === this.#tick) this.#cells.mine(mine, whole, extra);
      sight.owned = mine.actor;
    } else if (sight !== undefined) sight.owned = undefined;
    return extra.length === 0 ? ranges : [...ranges, ...extra];
  }

  /** What a view of the rest of the state sees; two clients on one view get the same. */
  #viewed(view: StateView, sharedEnd: number): Uint8Array {
    let bytes = this.#views.get(view);
    if (bytes === undefined) {
      bytes = this.encoder.encodeView(view, sharedEnd, { offset: sharedEnd }).subarray(sharedEnd);
      this.#views.set(view, bytes);
    }
    return bytes;
  }

  #frame(ranges: Ranges): Frame | undefined {
    let length = 0;
    for (let i = 0; i < ranges.length; i += 2) length += (ranges[i + 1] ?? 0) - (ranges[i] ?? 0);
    if (length === 0 && this.#timing === undefined) return undefined;
    const frame = new Frame(Protocol.ROOM_STATE_PATCH, length, this.#timing?.sNow);
    const { bytes } = this.#cells.scratch;
    let at = frame.bodyAt;
    for (let i = 0; i < ranges.length; i += 2) {
      const start = ranges[i] ?? 0;
      const end = ranges[i + 1] ?? 0;
      if (end - start > 64) bytes.copy(frame.bytes, at, start, end);
      else for (let from = start, to = at; from < end; from++, to++) frame.bytes[to] = bytes[from] ?? 0;
      at += end - start;
    }
    this.stats.framesBuilt++;
    return frame;
  }

  #deliver(client: Client, frame: Frame | undefined): void {
    if (frame === undefined) return;
    this.stats.framesSent++;
    this.outbox.send(client, frame);
  }

  #cover(client: Client, sight?: Sight): Cover {
    return this.#eyes.cover(client, sight, this.#map, this.#grid, this.#interest.radiusM);
  }

  /**
   * @param settled true at the end of a tick, when nothing is pending: the client then goes on with shared patches
   */
  #fullFrame(client: Client | undefined, timing: PatchTiming | undefined, settled = false): Frame {
    const base = super.getFullState(client);
    const given = new Map<number, Schema>();
    const has = client === undefined ? undefined : this.#cover(client);
    const owned = client === undefined ? undefined : this.#map.get(client.sessionId);
    for (const [index, actor] of this.#present(has)) given.set(index, actor);
    const actors = this.#cells.loose(() => {
      for (const [index, actor] of given) {
        const tree: ChangeTree = actor[$changes] as ChangeTree;
        this.#cells.appendEntry(index, tree, "fresh");
        if (actor === owned) this.#cells.appendMine(tree);
      }
    });
    const frame = new Frame(base[0] ?? Protocol.ROOM_STATE, base.length - 1 + actors.length, timing?.sNow);
    frame.bytes.set(base.subarray(1), frame.bodyAt);
    frame.bytes.set(actors, frame.bodyAt + base.length - 1);
    if (client !== undefined) {
      const held = owned !== undefined && [...given.values()].includes(owned) ? owned : undefined;
      this.#eyes.record(client, { cover: settled ? has : undefined, given: settled ? undefined : given, owned: held });
    }
    return frame;
  }

  /** Actors in view that are in the map now: settled ones by cell, those set since the last tick by position. */
  *#present(has: Cover | undefined): Iterable<[number, Schema]> {
    for (const cell of has?.cells ?? []) yield* this.#live(cell.members);
    if (has === undefined) yield* this.#live(this.#residents.byIndex.values());
    for (const [index, actor] of this.#residents.unsettled()) {
      const { x = 0, z = 0 } = actor as { x?: number; z?: number };
      const key = this.#map.$indexes.get(index) ?? "";
      const always = this.#interest.always?.(actor, key) ?? false;
      const cell = this.#grid.at(this.#grid.line(x), this.#grid.line(z));
      if (has === undefined || always || this.#grid.sees(has, cell)) yield [index, actor];
    }
  }

  *#live(residents: Iterable<{ index: number; actor: Schema }>): Iterable<[number, Schema]> {
    for (const { index, actor } of residents) if (this.#residents.actorAt(index) === actor) yield [index, actor];
  }
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
  if (Array.isArray(streams) && streams.length > 0) {
    throw new RoomkeepError("CONFIG_INVALID", "interest: a state with streams cannot have interest; actors are streamed by it.");
  }
}
