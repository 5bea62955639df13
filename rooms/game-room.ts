import { randomInt } from "node:crypto";
import { Room } from "@colyseus/core";
import {
  Avatar,
  type Events,
  type Ground,
  type Level,
  type SchemaClass,
  type Space,
  TICK_HZ,
  type Triggers,
  type WalkInput,
  type World,
  type WorldState,
  walk,
} from "../shared/index.ts";
import { flatField, type GameListing, type RoomListing } from "./game-listing.ts";
import { LOOSE_THINGS } from "./messaging/commands.ts";
import type { Command, Spawnable } from "./messaging/console.ts";
import type { RateLimit } from "./messaging/message-guard.ts";
import type { ZoneFormat } from "./persistence/zone-saves.ts";
import type { PlaceOfSpawn, Player } from "./player.ts";
import type { ItemTemplates, Log, Ports } from "./ports/ports.ts";
import type { InterestOptions } from "./replication/interest.ts";
import type { Simulation, SystemInRoom } from "./simulation/simulation.ts";
import { spawnPlaceOf } from "./simulation/spawn-place.ts";

/**
 * What a game says of its room: settings and hooks, and what it sees of it. A game extends `WorldRoom`, which adds
 * all that a room does by itself.
 */
export abstract class GameRoom<S extends WorldState = WorldState, A extends Avatar = Avatar> extends Room<{
  state: S;
  metadata: RoomListing;
  input: WalkInput;
}> {
  static readonly listing: GameListing = { label: "Room", description: "", maxPlayers: 32 };
  /** Kinds of items of the game. All games of a server share them: one name is one thing. */
  static readonly items: ItemTemplates = {};

  /** The level that the game's rooms open with; its portals are checked when the server starts. */
  static readonly level: Level | undefined = undefined;

  /** Geometry of the room. */
  level: Level = (this.constructor as typeof GameRoom).level ?? flatField;
  /** Name under which characters keep their place here; undefined: they start at a spawn each time. */
  zone: string | undefined;
  /** True: the world of the zone is kept, players apart; only one room in all the cluster then has the zone. */
  persistent = false;
  /** Version of what this game saves of its zone, and how older ones are read. */
  zoneFormat: ZoneFormat = {};
  /** Actor classes that a save may hold. Default: all that the state may have. */
  actorClasses: readonly SchemaClass[] | undefined;
  /** Steps a second. */
  tickHz = TICK_HZ;
  /** Ticks between two patches: 1 sends each step, 3 at 60 Hz sends 20 patches a second. */
  patchEveryTicks = 1;
  /** How far in the past clients show what others move, ms. Default: two patches, so that a late one is not seen. */
  interpolationMs: number | undefined;
  /** How far back hits are judged by what the shooter saw, ms, at most {@link REWIND_MAX_MS}. 0: not at all. */
  rewindMs = 0;
  /** What runs over the world in every tick or now and then. */
  systems: readonly SystemInRoom<S>[] = [];
  /** What a player is sent of the actors: those near; undefined: all, which suits a small room. */
  interest: InterestOptions | undefined;
  /** What the game adds to the console. */
  commands: readonly Command<never>[] = [];
  /** What `/spawn` may spawn, by name. */
  spawnable: Spawnable = LOOSE_THINGS;
  /** How often a player may send a message, by type. */
  rateLimits: Record<string, RateLimit> = {};
  /** Whoever was sent on and has not arrived after so long is taken back, ms: 500 to 8,000. */
  travelWaitMs = 6_000;
  /** Of the room's chance: fixed for a replay, secret otherwise. */
  seed = randomInt(2 ** 32);

  // ── What a game sees ──────────────────────────────────────────────────────────────────────────────────────────

  /** Everybody in the room, by session id; a dropped player stays until the seat is given up. */
  readonly players = new Map<string, Player<A>>();
  protected ports!: Ports;
  protected log!: Log;
  /** What the room simulates, apart from any network. */
  simulation!: Simulation<S>;

  /** The actors: spawn, despawn, query, observe. */
  get world(): World {
    return this.simulation.world;
  }
  /** What happens: emit it, or be told of it. */
  get events(): Events {
    return this.simulation.events;
  }
  /** The level's trigger volumes: who enters, who leaves, who is inside. */
  get triggers(): Triggers {
    return this.simulation.triggers;
  }
  protected get ground(): Ground {
    return this.simulation.ground;
  }
  protected get space(): Space | undefined {
    return this.simulation.space;
  }

  // ── What a game may define ────────────────────────────────────────────────────────────────────────────────────

  /** The world is new: place what it begins with. Not called when it was restored from a save. */
  protected onBegin?(): void;
  /** Once, when the room is ready to be filled. */
  protected onOpen?(): void | Promise<void>;
  /** A player's actor is in the room. */
  protected onEnter?(player: Player<A>): void;
  /** The player left for good; the actor is still in the state. */
  protected onExit?(player: Player<A>): void;
  /** The rules, once a tick after everybody has moved and the systems have run. `dt` in seconds. */
  protected onTick?(dt: number): void;

  /**
   * Hot reload, while you develop: what to hand to the room that takes over, JSON only. State and players are handed
   * over without it; fields of the room are not.
   */
  protected onKeep?(): unknown;
  /** Hot reload: the room has taken over, and state and players are back. `kept` is what {@link onKeep} returned. */
  protected onRestore?(kept: unknown): void;

  /** Makes a player's actor; its pose is set afterwards. */
  protected createAvatar(_player: Pick<Player, "client" | "claim">): A {
    return new Avatar() as A;
  }

  /** Where a player without a saved place appears. */
  protected spawnPlace(_player: Player<A>): PlaceOfSpawn {
    return spawnPlaceOf(this.level, this.players.size);
  }

  /**
   * One input frame moves one avatar by one step; the client's view predicts with the same function. `id` is the
   * session id of the avatar's player.
   */
  protected step(avatar: A, input: WalkInput, dt: number, _id: string): void {
    walk(avatar, input, this.ground, dt);
  }
}
