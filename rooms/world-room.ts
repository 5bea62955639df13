import {
  type Client,
  type InputAPI,
  matchMaker,
  Room,
  type RoomException,
  SchemaSerializer,
  type Serializer,
} from "@colyseus/core";
import { z } from "zod";
import {
  type Actor,
  Avatar,
  CLOSE,
  CODE_ALPHABET,
  CODE_LENGTH,
  defineLevel,
  type Ground,
  type Level,
  layGround,
  openSpace,
  Prop,
  RECONNECT_S,
  type Refusal,
  roomMessages,
  type Space,
  TICK_HZ,
  WalkInput,
  type WorldState,
  walk,
} from "../shared/index.ts";
import { CellSerializer } from "./cell-serializer.ts";
import { capture, claimCharacter, giveBack, saveIfDue } from "./character-saves.ts";
import { say } from "./chat.ts";
import { type Guard, openGuard, type Rate } from "./guard.ts";
import { takeInputs } from "./inputs.ts";
import type { InterestOptions } from "./interest.ts";
import { orJoinError } from "./join-error.ts";
import { absent, type Kept, keep, restoreActors, restoreAvatar, restorePlayers } from "./kept.ts";
import { describe, type PlaceOfSpawn, type Player } from "./player.ts";
import type { Identity, ItemTemplates, Log, Ports, VisitEnding } from "./ports.ts";
import { StableSerializer } from "./stable-serializer.ts";
import { openTickClock, type TickClock, type TickProfile } from "./tick.ts";

/** What the room list shows of a room. */
export interface Listing {
  label: string;
  game: string;
}

/** What a builder says of a game once, for lists and matchmaking. */
export interface GameCard {
  /** Name that people read. */
  label: string;
  /** One line for the list. */
  description: string;
  /** Seats; a room that has none left is skipped by matchmaking. */
  maxPlayers: number;
  /** True: each new room is entered by its code only. */
  private?: boolean;
}

const createOptions = z.object({ private: z.boolean().optional(), ports: z.custom<Ports>() });
const flatField = defineLevel({
  name: "field",
  bounds: { min: [-20, -20], max: [20, 20] },
  spawns: [{ at: [0, 0, 0], radius: 3 }],
});

/**
 * A room with actors in a level: players join with their character, walk by predicted input, push what is loose,
 * chat, drop and return, and are saved. A game extends it and adds its state, its messages and its rules.
 *
 * @example
 * export class YardRoom extends WorldRoom<YardState> {
 *   static override readonly card = { label: "Yard", description: "A quiet yard.", maxPlayers: 20 };
 *   override state = new YardState();
 *   override level = yard;
 * }
 */
export abstract class WorldRoom<S extends WorldState = WorldState, A extends Avatar = Avatar> extends Room<{
  state: S;
  metadata: Listing;
  input: WalkInput;
}> {
  static readonly card: GameCard = { label: "Room", description: "", maxPlayers: 32 };
  /** Kinds of items of the game. All games of a server share them: one name is one thing. */
  static readonly items: ItemTemplates = {};

  /** Geometry of the room. */
  level: Level = flatField;
  /** Name under which characters keep their place here; undefined: they start at a spawn each time. */
  zone: string | undefined;
  /** Steps a second. */
  tickHz = TICK_HZ;
  /** What a player is sent of the actors: those near; undefined: all, which suits a small room. */
  interest: InterestOptions | undefined;
  /** How often a player may send a message, by type. */
  rates: Record<string, Rate> = {};

  /** Everybody in the room, by session id; a dropped player stays until the seat is given up. */
  readonly players = new Map<string, Player<A>>();
  protected ports!: Ports;
  protected ground!: Ground;
  protected space: Space | undefined;
  protected log!: Log;
  private guard!: Guard;
  private tickClock!: TickClock;
  /** Whose eyes see how far, in a room with interest. */
  protected sight: CellSerializer<S> | undefined;
  private stopListening: (() => void) | undefined;
  /** Actors that the room placed when it opened, for {@link onRestoreRoom}. */
  private placed: ReadonlyMap<string, Actor> = new Map();
  /** True once a room of edited code takes over: this one changes and saves nothing any more. */
  private replaced = false;
  /** Errors that were caught, by the place where they arose. */
  readonly faults = new Map<string, number>();

  override inputs: InputAPI<WalkInput> = this.defineInput(WalkInput, {
    // A second of input at most; what is older is dropped and acknowledged.
    bufferMaxSize: TICK_HZ,
    sanitize: { moveX: [-127, 127], moveZ: [-127, 127] },
  });

  override async onCreate(options: unknown): Promise<void> {
    const { ports, private: isPrivate } = createOptions.parse(options);
    const { card } = this.constructor as typeof WorldRoom;
    this.ports = ports;
    this.roomId = await uniqueCode(this.roomId);
    this.log = ports.log.child({ room: this.roomName, roomId: this.roomId });
    this.guard = openGuard(
      { chat: { perSecond: 1, burst: 5 }, emote: { perSecond: 2, burst: 6 }, ...this.rates },
      () => this.clock.elapsedTime,
    );
    this.maxClients = card.maxPlayers;
    this.metadata = { label: card.label, game: this.roomName };
    if (isPrivate ?? card.private) await this.setPrivate(true);
    this.seatReservationTimeout = 10;
    this.maxMessagesPerSecond = 200;
    this.ground = layGround(this.level);
    if (this.level.loose.length > 0) this.placeLoose();
    this.listen();
    this.tickClock = openTickClock({ roomName: this.roomName, roomId: this.roomId }, 1000 / this.tickHz);
    this.setFixedTimestep((context) => this.runTick(context.dt), this.tickHz);
    // One patch a tick, sent by the tick itself: a patch never carries half a step. Only once the step is set, or
    // Colyseus starts a second timer that takes the clock's time away from the step.
    this.patchRate = null;
    this.stopListening = ports.characters.onFenced((id, epoch) => this.letGo(id, epoch, "fenced"));
    await this.onOpen?.();
    this.placed = new Map(this.state.actors.entries());
    this.log.info({ private: Boolean(isPrivate ?? card.private) }, "room opened");
  }

  /**
   * Each assignment of the state installs the stock serializer; ours takes its place. Same wire, but frames that stay
   * as they were sent, readers that are bounded, and interest where it is asked for.
   */
  override setSerializer(serializer: Serializer<S>): void {
    if (!(serializer instanceof SchemaSerializer) || serializer instanceof StableSerializer) {
      super.setSerializer(serializer);
      return;
    }
    this.sight = this.interest ? new CellSerializer<S>({ interest: this.interest }) : undefined;
    super.setSerializer(this.sight ?? new StableSerializer<S>());
  }

  // ── What a game may define ────────────────────────────────────────────────────────────────────────────────────

  /** Once, when the room is ready to be filled. */
  protected onOpen?(): void | Promise<void>;
  /** A player's actor is in the room. */
  protected onEnter?(player: Player<A>): void;
  /** The player left for good; the actor is still in the state. */
  protected onExit?(player: Player<A>): void;
  /** The rules, once a tick after everybody has moved. `dt` in seconds. */
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
    const spawns = this.level.spawns;
    const spawn = spawns[this.players.size % spawns.length] ?? { at: [0, 0, 0] as const, yaw: 0, radius: 0 };
    const angle = this.players.size * 2.4; // the golden angle spreads newcomers evenly
    const far = spawn.radius * Math.sqrt(((this.players.size * 0.618) % 1) + 0.05);
    return {
      x: spawn.at[0] + Math.sin(angle) * far,
      y: spawn.at[1],
      z: spawn.at[2] + Math.cos(angle) * far,
      yaw: spawn.yaw,
    };
  }

  /**
   * One input frame moves one avatar by one step; the client's view predicts with the same function. `id` is the
   * session id of the avatar's player.
   */
  protected step(avatar: A, input: WalkInput, dt: number, _id: string): void {
    walk(avatar, input, this.ground, dt);
  }

  // ── Life of a player ──────────────────────────────────────────────────────────────────────────────────────────

  override async onJoin(client: Client, _options: unknown, identity: Identity): Promise<void> {
    if (this.players.has(client.sessionId)) return this.onReconnect(client); // back after a hot reload
    const { roomId } = this;
    const claim = await orJoinError(claimCharacter(this.ports.characters, identity.characterId, { roomId }));
    try {
      const player = describe<A>(client, claim, this.createAvatar({ client, claim }), identity);
      const place = (this.zone && claim.sheet.state.places[this.zone]) || this.spawnPlace(player);
      Object.assign(player.avatar, { x: place.x, y: place.y, z: place.z, yaw: place.yaw });
      this.players.set(client.sessionId, player);
      this.state.actors.set(client.sessionId, player.avatar);
      this.space?.addWalker(client.sessionId, player.avatar);
      this.onEnter?.(player);
      const { epoch } = claim;
      player.visit = this.ports.visits.begin({ identity, game: this.roomName, roomId, epoch });
      this.log.info({ player: client.sessionId, character: claim.sheet.id }, "player joined");
    } catch (error) {
      // Nothing was played, so nothing is saved; the lease is free for the next try.
      this.removePlayer(client.sessionId, "left");
      await this.ports.characters.abandon(claim);
      throw error;
    }
  }

  override onDrop(client: Client, code?: number): void {
    const player = this.players.get(client.sessionId);
    if (!player || isFinal(code) || this.replaced) return;
    player.avatar.away = true;
    player.hold = this.allowReconnection(client, RECONNECT_S);
    // The seat that runs out, or a room that closes, ends in onLeave.
    player.hold.catch(() => {});
    this.log.info({ player: client.sessionId, code }, "player dropped, seat kept");
  }

  override onReconnect(client: Client): void {
    const player = this.players.get(client.sessionId);
    if (!player) {
      client.leave(CLOSE.TAKEN_OVER);
      return;
    }
    player.client = client;
    player.hold = undefined;
    player.avatar.away = false;
    this.log.info({ player: client.sessionId }, "player returned");
  }

  override async onLeave(client: Client, code?: number): Promise<void> {
    const player = this.players.get(client.sessionId);
    if (!player || this.replaced) return; // refused at the door, let go already, or in the next room's hands
    const state = capture(player, this.zone);
    this.removePlayer(client.sessionId, "left");
    this.log.info({ player: client.sessionId, code }, "player left");
    await giveBack(this.ports.characters, player, state, this.log);
  }

  override onDispose(): void {
    this.stopListening?.();
    this.log.info({}, "room closed");
  }

  /**
   * Takes a player out of the room at once: another login has the character (save and release), or the lease was
   * lost (drop the copy; a save would be refused).
   */
  async letGo(characterId: string, epoch: number, reason: "taken-over" | "fenced"): Promise<void> {
    for (const player of this.players.values()) {
      if (player.claim.sheet.id !== characterId || player.claim.epoch !== epoch) continue;
      const state = capture(player, this.zone);
      this.removePlayer(player.sessionId, reason);
      this.log.warn({ player: player.sessionId, reason }, "player let go");
      if (reason === "taken-over") await giveBack(this.ports.characters, player, state, this.log);
      player.hold?.reject(new Error(reason));
      player.client.leave(reason === "fenced" ? CLOSE.FENCED : CLOSE.TAKEN_OVER, reason);
    }
  }

  private removePlayer(sessionId: string, ending: VisitEnding): void {
    const player = this.players.get(sessionId);
    if (player) {
      if (player.visit) this.ports.visits.end(player.visit, ending);
      this.attempt("onExit", () => this.onExit?.(player));
      this.guard.forget(player.client);
      this.sight?.forget(player.client);
    }
    this.players.delete(sessionId);
    this.space?.removeWalker(sessionId);
    this.state.actors.delete(sessionId);
  }

  // ── Hot reload, while a builder develops ──────────────────────────────────────────────────────────────────────

  /** Colyseus calls it when the room's code was edited, before it makes the room that takes over. */
  override onCacheRoom(): Kept {
    this.replaced = true;
    return keep(this.state, this.players, this.onKeep?.());
  }

  /** Colyseus calls it in the room that takes over; the seats are kept for the players, who return by themselves. */
  override onRestoreRoom(kept: Kept): void {
    restoreActors(this.state, this.placed, kept, this.space);
    for (const { was, claim, fields } of restorePlayers(kept, this.ports.characters)) {
      const client = absent(was.sessionId);
      const avatar = restoreAvatar(this.createAvatar({ client, claim }), fields);
      const player = describe<A>(client, claim, avatar, was);
      const { visit, stats, statsChanged, savedPlace } = was;
      this.players.set(was.sessionId, Object.assign(player, { visit, stats, statsChanged, savedPlace }));
      this.state.actors.set(was.sessionId, avatar);
      this.space?.addWalker(was.sessionId, avatar);
    }
    this.attempt("onRestore", () => this.onRestore?.(kept.game));
    this.log.info({ players: this.players.size }, "room took over after an edit");
  }

  // ── Messages ──────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Registers what a client may send: payloads that do not fit, come too often, or are refused by the game are
   * answered with a reason and change nothing.
   *
   * @example
   * this.on("ready", z.strictObject({ ready: z.boolean() }), (player, { ready }) => {
   *   player.avatar.ready = ready;
   * });
   */
  protected on<T>(
    type: string,
    schema: z.ZodType<T>,
    // biome-ignore lint/suspicious/noConfusingVoidType: most actions return nothing, and need not say so
    action: (player: Player<A>, message: T) => Refusal | void,
  ): void {
    this.onMessage(type, (client: Client, payload: unknown) => {
      const player = this.players.get(client.sessionId);
      if (!player) return;
      const verdict = this.guard.check(client, type, schema, payload);
      const refusal = verdict.ok ? action(player, verdict.value) : verdict;
      if (refusal) this.guard.report(client, type, refusal);
      return refusal ?? { ok: true };
    });
  }

  private listen(): void {
    this.on("chat", roomMessages.chat, (player, { text }) => say(this, player, text));
    this.on("emote", roomMessages.emote, (player, { emote }) => {
      player.avatar.emote = emote;
    });
    this.onMessage("*", (client: Client, type: string | number) => {
      const name = String(type).slice(0, 32);
      this.guard.report(client, name, {
        ok: false,
        code: "MESSAGE_UNKNOWN",
        reason: `"${name}" is not known here.`,
      });
    });
  }

  // ── The tick ──────────────────────────────────────────────────────────────────────────────────────────────────

  private runTick(dt: number): void {
    if (this.replaced) return;
    const { tickClock } = this;
    tickClock.begin();
    for (const player of this.players.values()) {
      this.attempt("step", () =>
        takeInputs(player, this.inputs, (input) => this.step(player.avatar, input, dt, player.sessionId)),
      );
    }
    tickClock.lap("inputs");
    this.attempt("physics", () => this.space?.step(dt));
    tickClock.lap("physics");
    this.attempt("onTick", () => this.onTick?.(dt));
    saveIfDue(this.players, this.ports.characters, this.zone, this.clock.elapsedTime, this.log);
    tickClock.lap("rules");
    this.broadcastPatch();
    tickClock.lap("patch");
    tickClock.end();
  }

  /** Where the time of this room's ticks goes. */
  tickProfile(): TickProfile {
    return this.tickClock.profile();
  }

  private placeLoose(): void {
    this.space = openSpace(this.level);
    for (const [index, loose] of this.level.loose.entries()) {
      const prop = new Prop();
      Object.assign(prop, {
        kind: loose.kind,
        x: loose.at[0],
        y: loose.at[1],
        z: loose.at[2],
        size: loose.size,
      });
      this.state.actors.set(`loose-${index}`, prop);
      this.space.addLoose(`loose-${index}`, prop);
    }
  }

  // ── Faults stay in the room ───────────────────────────────────────────────────────────────────────────────────

  private attempt(where: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fault(where, error);
    }
  }

  /** Colyseus sends here what a handler, a timer or a hook threw, instead of ending the process. */
  override onUncaughtException(error: RoomException, method: string): void {
    this.fault(method, error.cause ?? error);
  }

  private fault(where: string, error: unknown): void {
    const count = (this.faults.get(where) ?? 0) + 1;
    this.faults.set(where, count);
    // A fault in every tick must not fill the disk: the 1st, 2nd, 4th, 8th … are written.
    if ((count & (count - 1)) === 0) this.log?.error({ err: error, where, count }, "fault in the room");
  }
}

/** Close codes after which nobody waits for the player to return. */
function isFinal(code: number | undefined): boolean {
  return code !== undefined && code >= CLOSE.TAKEN_OVER && code <= CLOSE.TOO_SLOW;
}

/** A short code that no open room has. A room that is restored by hot reload keeps the one it had. */
async function uniqueCode(current: string): Promise<string> {
  if (current.length === CODE_LENGTH) return current;
  for (;;) {
    const code = Array.from({ length: CODE_LENGTH }, () =>
      CODE_ALPHABET.charAt(Math.floor(Math.random() * CODE_ALPHABET.length)),
    ).join("");
    if (!(await matchMaker.driver.findOne({ roomId: code }))) return code;
  }
}
