import {
  type IRoomCache,
  initializeRoomCache,
  type MatchMakerDriver,
  matchMaker,
  type SortOptions,
} from "@colyseus/core";
import type { Liveness } from "./member.ts";
import { asMatchmakingError, type RedisClient } from "./redis/redis-client.ts";
import * as scripts from "./room-driver-scripts.ts";

/** Open rooms that are read in one step. Nearly always the first fits. */
const PAGE = 16;

type Conditions = Partial<IRoomCache>;
type Change = Partial<{ $set: Partial<IRoomCache>; $inc: Partial<IRoomCache> }>;

/** What a driver asks of its process. */
export interface RoomDriverOptions {
  /** Whether a process lives; without it all do. */
  livenessOf?(processId: string): Liveness;
  /** Called after each change to the listing of a room of this process but that of how many are in it. */
  onChange?(): void;
}

/**
 * The list of all rooms of a cluster, for Colyseus's matchmaker: found by index, and without those of dead
 * processes. While Redis is away look-ups fail with REDIS_UNAVAILABLE; changes to rooms of this process are
 * noted and sent when it is back.
 */
export class RoomDriver implements MatchMakerDriver {
  private readonly link: RedisClient;
  private readonly rooms: string;
  private readonly options: RoomDriverOptions;
  /** Rooms of this process as they last reported. */
  private readonly own = new Map<string, IRoomCache>();
  /** Look-ups under way, by game and page. */
  private readonly asking = new Map<string, Promise<string[]>>();
  /** Rooms whose change or end has not reached Redis. */
  private readonly untold = new Map<string, string>();

  constructor(link: RedisClient, options: RoomDriverOptions = {}) {
    this.link = link;
    this.options = options;
    this.rooms = link.name(scripts.ROOMS);
  }

  async has(roomId: string): Promise<boolean> {
    return (await this.findOne({ roomId })) !== undefined;
  }

  async findOne(conditions: Conditions, sort?: SortOptions): Promise<IRoomCache> {
    // Colyseus's type leaves out that there may be none.
    return (await this.asked(() => this.first(conditions, sort))) as IRoomCache;
  }

  async query(conditions: Conditions, sort?: SortOptions): Promise<IRoomCache[]> {
    const rooms = await this.asked(() => this.candidates(conditions));
    return sorted(rooms.map(parse).filter(this.fits(conditions)), sort);
  }

  async findByIds(roomIds: string[]): Promise<Map<string, IRoomCache>> {
    if (roomIds.length === 0) return new Map();
    const texts = await this.asked(() => this.link.send<(string | null)[]>("HMGET", this.rooms, ...roomIds));
    const rooms = texts.flatMap((text) => (text === null ? [] : parse(text))).filter(this.fits({}));
    return new Map(rooms.map((room) => [room.roomId, room]));
  }

  async update(room: IRoomCache, { $set, $inc }: Change): Promise<boolean> {
    Object.assign(room, $set);
    const counted = room as unknown as Record<string, number>;
    for (const [field, by] of Object.entries($inc ?? {})) counted[field] = (counted[field] ?? 0) + Number(by);
    await this.report(room);
    if ($inc === undefined) this.options.onChange?.();
    return true;
  }

  async persist(room: IRoomCache, begins = false): Promise<boolean> {
    if (!room.roomId) return false;
    if (begins) this.own.set(room.roomId, room);
    await this.report(room, begins);
    this.options.onChange?.();
    return true;
  }

  async insert(room: IRoomCache): Promise<boolean> {
    try {
      if ((await this.write(room, "none")) === 0) return false;
      this.own.set(room.roomId, room);
    } catch {
      // Colyseus would leave a room open whose listing fails, so it is listed later.
      this.own.set(room.roomId, room);
      this.untold.set(room.roomId, room.processId);
    }
    this.options.onChange?.();
    return true;
  }

  async remove(roomId: string): Promise<boolean> {
    const own = this.own.get(roomId)?.processId;
    const mine = this.own.delete(roomId);
    try {
      return (await this.link.run<number>(scripts.remove, [], [roomId, own ?? ""])) === 1;
    } catch {
      if (mine) this.untold.set(roomId, own ?? "");
      return false;
    } finally {
      this.options.onChange?.();
    }
  }

  async cleanup(processId: string): Promise<void> {
    if (processId === matchMaker.processId) this.own.clear();
    await this.link.run(scripts.removeOf, [], [processId]).catch(() => {}); // the others see that it is dead
  }

  /**
   * Sends Redis the changes that it missed while it was away; with `all` every room of this process.
   *
   * @returns ids of rooms that another process has opened under the same code meanwhile: off the list
   */
  async tellMissed(all = false): Promise<string[]> {
    if (all) for (const [roomId, { processId }] of this.own) this.untold.set(roomId, processId);
    const replaced: string[] = [];
    for (const [roomId, processId] of [...this.untold]) {
      const room = this.own.get(roomId);
      if (!room) await this.link.run(scripts.remove, [], [roomId, processId]);
      else if ((await this.write(room, "own")) === 0) replaced.push(roomId);
      this.untold.delete(roomId);
    }
    return replaced;
  }

  /** Ids of the rooms of this process. */
  ownIds(): string[] {
    return [...this.own.keys()];
  }

  async clear(): Promise<void> {
    for (const room of await this.query({})) await this.remove(room.roomId);
  }

  shutdown(): void {
    this.link.close();
  }

  private async first(conditions: Conditions, sort?: SortOptions): Promise<IRoomCache | undefined> {
    const { roomId, name, locked, private: hidden } = conditions;
    if (roomId !== undefined) {
      // Rooms of this process are found without Redis: a dropped player can return while it is away.
      const own = this.own.get(roomId);
      if (own) return own;
      const text = await this.link.send<string | null>("HGET", this.rooms, roomId);
      if (text !== null) return [parse(text)].find(this.fits(conditions));
      // Its process ended, and it went on in another one (openSuccessor in rooms/travel/room-finder.ts).
      const next = await this.link.send<string | null>("GET", this.link.name(`roomkeep:moved:${roomId}`));
      return next === null ? undefined : this.first({ ...conditions, roomId: next });
    }
    const isOpen = name !== undefined && locked === false && hidden === false;
    if (!isOpen || Object.keys(sort ?? {}).length > 0) return (await this.query(conditions, sort))[0];
    for (let from = 0; ; from += PAGE) {
      const texts = await this.openPage(name, from);
      const room = texts.map(parse).find(this.fits(conditions));
      if (room || texts.length < PAGE) return room;
    }
  }

  /** Concurrent look-ups share one answer. */
  private openPage(name: string, from: number): Promise<string[]> {
    const key = `${from} ${name}`;
    const asked = this.asking.get(key);
    if (asked) return asked;
    const page = [name, String(from), String(from + PAGE - 1)];
    const asking = this.link
      .run<string[]>(scripts.openRooms, [], page)
      .finally(() => this.asking.delete(key));
    this.asking.set(key, asking);
    return asking;
  }

  private candidates({ name, processId }: Conditions): Promise<string[]> {
    if (name !== undefined) return this.link.run(scripts.roomsOf, [], [name]);
    if (processId !== undefined) return this.link.run(scripts.roomsAt, [], [processId]);
    return this.link.send("HVALS", this.rooms);
  }

  /** A room in a stalled process is found by its id, for those who are in it, and not for new players. */
  private fits(conditions: Conditions): (room: IRoomCache) => boolean {
    const wanted = Object.entries(conditions);
    const isById = conditions.roomId !== undefined;
    return (room) => {
      const liveness = this.options.livenessOf?.(room.processId) ?? "living";
      if (liveness === "dead" || (liveness === "stalled" && !isById)) return false;
      return wanted.every(([key, value]) => fieldOf(room, key) === value);
    };
  }

  private async report(room: IRoomCache, begins = false): Promise<void> {
    // A new room is listed by `persist` or `insert`; a closed room is not listed.
    if (!this.own.has(room.roomId)) return;
    const isListed = await this.write(room, begins ? "any" : "own").catch(() => 0);
    // With the next heartbeat it is tried again, or found to be replaced.
    if (isListed === 0) this.untold.set(room.roomId, room.processId);
  }

  private write(room: IRoomCache, over: "none" | "own" | "any"): Promise<number> {
    const { roomId, name, processId, clients, locked, private: hidden } = room;
    const isOpen = !locked && !hidden ? "1" : "0";
    const args = [roomId, JSON.stringify(room), name, processId ?? "", String(clients), isOpen, over];
    return this.link.run(scripts.put, [], args);
  }

  private async asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw asMatchmakingError(error);
    }
  }
}

function parse(text: string): IRoomCache {
  return initializeRoomCache(JSON.parse(text));
}

function fieldOf(room: IRoomCache, key: string): unknown {
  const own = room as unknown as Record<string, unknown>;
  return Object.hasOwn(own, key) ? own[key] : room.metadata?.[key];
}

function sorted(rooms: IRoomCache[], sort: SortOptions = {}): IRoomCache[] {
  const order = Object.entries(sort).map(([key, way]) => ({
    key,
    up: way === 1 || way === "asc" || way === "ascending",
  }));
  return rooms.sort((a, b) => {
    for (const { key, up } of order) {
      const [one, other] = [fieldOf(a, key), fieldOf(b, key)] as [number, number];
      if (one !== other) return one > other === up ? 1 : -1;
    }
    return 0;
  });
}
