import type { Client } from "@colyseus/core";
import { z } from "zod";
import { type Refusal, RoomkeepError, refuse, settingsOf } from "../../shared/index.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import type { RoomTime } from "../phases/phase-clock.ts";
import type { RoomPlayer } from "../player.ts";
import { IdlePlayers } from "./idle-players.ts";
import { Kicked } from "./kicked.ts";
import { Lead, type LeadOptions, type LeadWait } from "./lead.ts";

/** Longest settings as JSON, in UTF-16 units. */
const SETTINGS_MAX = 2_048;

/** How people gather in a room. Every key is optional. */
export interface LobbyOptions<T = Record<string, never>> {
  /**
   * What the leader may set in the lobby, each with a default. All see it in the state; the page reads it by
   * `settingsOf`.
   */
  readonly settings?: z.ZodType<T>;
  /** Fewest players who begin a game, bots that fill up included. Default: 1. */
  readonly playersMin?: number;
  /** How long others wait for the leader. */
  readonly lead?: LeadOptions;
  /** Seconds without a message after which a player is warned. Default: nobody is. */
  readonly idleS?: number;
  /** Seconds from the warning until the player steps out. Default: 30. */
  readonly warnS?: number;
}

/** Who gathers: a seat, or in a world an avatar. */
export interface LobbySeat {
  /** Session id, or the id of a bot. */
  readonly id: string;
  readonly name: string;
  readonly away: boolean;
  readonly bot: boolean;
  ready: boolean;
}

/** Somebody who watches the room. */
export interface LobbyViewer {
  readonly accountId: string;
  readonly client: Pick<Client, "reconnectionToken">;
}

/** How a game is begun. */
export interface LobbyGame {
  /** True while settings and ready marks may change. */
  isOpen(): boolean;
  /** True where the leader may begin, were there players enough. */
  mayBegin(): boolean;
  begin(): Refusal | undefined;
  rematch(): Refusal | undefined;
}

/** What the lobby needs of its room. */
export interface LobbyHost<P extends RoomPlayer> extends RoomTime {
  /** What all see: the leader's session id, and the settings as JSON. */
  readonly state: { leader: string; settings: string };
  readonly seats: { get(id: string): LobbySeat | undefined; values(): Iterable<LobbySeat> };
  readonly players: ReadonlyMap<string, P>;
  readonly game: LobbyGame;
  readonly router: Pick<MessageRouter<P>, "on">;
  /** Seats that bots would fill if the game began now. */
  botsToCome(): number;
  removeBot(id: string): boolean;
  /** Takes a player out at once, and closes the connection with the reason. */
  letGo(player: P, reason: "kicked" | "idle"): void;
  /** Somebody who watches, by the session id. */
  viewer(id: string): LobbyViewer | undefined;
  /** Closes the connections of an account's viewers: it was kicked. */
  letGoViewers(accountId: string): void;
  notice(code: string, text: string, to?: P): void;
}

const nothing = z.strictObject({}).optional();
const seat = z.string().max(64);
const settingsMessage = z.record(z.string().max(64), z.unknown());
const readyMessage = z.strictObject({ ready: z.boolean() });
const leadMessage = z.strictObject({ to: seat });
const kickMessage = z.strictObject({ id: seat });

/**
 * The lobby of a room: leader, ready marks, settings, kicks, rematch, idle players. Made by
 * {@link defineLobby}. Its messages: `ready` { ready }, `start`, `settings` { name: value }, `lead` { to },
 * `kick` { id }, `rematch`.
 */
export class Lobby<T = Record<string, never>> {
  readonly #options: LobbyOptions<T>;
  readonly #kicked = new Kicked();
  #host: LobbyHost<RoomPlayer> | undefined;
  #lead: Lead | undefined;
  #idle: IdlePlayers<RoomPlayer> | undefined;
  #read: { readonly text: string; readonly settings: T } | undefined;

  constructor(options: LobbyOptions<T>) {
    this.#options = options;
  }

  /** The settings as they are now; the defaults before the room opens. */
  get settings(): T {
    const text = this.#host?.state.settings ?? "{}";
    if (this.#read?.text !== text) {
      const shape = this.#options.settings ?? (z.object({}) as unknown as z.ZodType<T>);
      this.#read = { text, settings: settingsOf({ settings: text }, shape) };
    }
    return this.#read.settings;
  }

  /** Registers the messages. The room does it as it opens. @throws GAME_INVALID a setting has no default */
  open<P extends RoomPlayer>(from: LobbyHost<P>): void {
    const host = from as unknown as LobbyHost<RoomPlayer>;
    const { idleS, warnS = 30, lead } = this.#options;
    this.#host = host;
    this.#showSettings();
    this.#lead = new Lead(
      {
        state: host.state,
        now: () => host.now(),
        later: (ms, run) => host.later(ms, run),
        candidates: () => [...host.seats.values()].filter(({ bot }) => !bot),
        mayBegin: () => this.refusalToBegin() === undefined,
        passed: (to) => host.notice("LEAD_PASSED", `${host.seats.get(to)?.name} leads now.`),
      },
      lead,
    );
    if (idleS !== undefined) this.#idle = new IdlePlayers(idleHost(host), idleS, warnS);
    this.#register(host);
  }

  /** A player came, or is back. */
  entered(player: RoomPlayer): void {
    this.#idle?.heard(player);
    this.seatsChanged();
  }

  /** A player sent a message. */
  heard(player: RoomPlayer): void {
    this.#idle?.heard(player);
  }

  /** Somebody came, left, dropped or returned, or is ready. */
  seatsChanged(): void {
    this.#lead?.settle();
    const { game } = this.#host ?? {};
    if (game?.isOpen() && this.#allReady() && !this.refusalToBegin()) game.begin();
  }

  /** The game has begun: marks of those who are ready are taken back. */
  left(): void {
    for (const one of this.#host?.seats.values() ?? []) if (one.ready) one.ready = false;
    this.#lead?.settle();
  }

  isKicked(accountId: string): boolean {
    return this.#kicked.has(accountId);
  }

  /** @throws KICKED the account was kicked */
  refuseAccount(id: string): void {
    this.#kicked.refuseAccount(id);
  }

  /** @throws KICKED the token is of a player who was kicked */
  refuseToken(token: string): void {
    this.#kicked.refuseToken(token);
  }

  keep(): readonly string[] {
    return this.#kicked.keep();
  }

  /** For a mark of a recording: what others wait for. */
  keepWait(): LeadWait | undefined {
    return this.#lead?.keep();
  }

  restoreWait(wait: LeadWait | undefined): void {
    this.#lead?.restore(wait);
  }

  restore(kicked: readonly string[]): void {
    this.#kicked.restore(kicked);
    this.#showSettings();
    this.#lead?.settle();
  }

  /** All settings, with those that the edit of a room has added. */
  #showSettings(): void {
    const host = this.#host;
    if (!host || !this.#options.settings) return;
    const { data, error } = this.#options.settings.safeParse(parsed(host.state.settings));
    if (data) host.state.settings = JSON.stringify(data);
    else if (host.state.settings !== "{}")
      host.state.settings = JSON.stringify(this.#options.settings.parse({}));
    else throw new RoomkeepError("GAME_INVALID", `Each setting needs a default: ${issueOf(error)}.`);
  }

  #register({ router, state, seats, players, game }: LobbyHost<RoomPlayer>): void {
    router.on("ready", readyMessage, ({ sessionId }, { ready }) => {
      const mine = seats.get(sessionId);
      if (!mine) return refuse("SEAT_NONE");
      if (!game.isOpen()) return refuse("PHASE_WRONG", "The game has begun.");
      mine.ready = ready;
      this.seatsChanged();
    });
    const begin = () => this.refusalToBegin() ?? game.begin();
    router.on("start", nothing, (player) => this.#ledBy(player) ?? begin());
    router.on("rematch", nothing, (player) => this.#ledBy(player) ?? game.rematch());
    router.on("settings", settingsMessage, (player, changes) => this.#ledBy(player) ?? this.#set(changes));
    router.on("lead", leadMessage, (player, { to }) => {
      const next = seats.get(to);
      const refusal = this.#ledBy(player);
      if (refusal) return refusal;
      if (!next || next.bot) return refuse("PLAYER_UNKNOWN");
      if (next.away) return refuse("ACTION_REFUSED", `${next.name} has lost the connection.`);
      state.leader = to;
      this.seatsChanged();
    });
    router.on("kick", kickMessage, (player, { id }) => {
      const refusal = this.#ledBy(player);
      if (refusal) return refusal;
      if (id === player.sessionId) return refuse("ACTION_REFUSED", "You cannot kick yourself.");
      const kicked = players.get(id);
      if (!kicked) return this.#host?.removeBot(id) ? undefined : this.#kickViewer(id, player);
      const { accountId } = kicked.claim.sheet;
      this.#kicked.add(accountId, kicked.client);
      this.#host?.letGo(kicked, "kicked");
      this.#host?.letGoViewers(accountId);
    });
  }

  /** Who watches is kicked as who plays: the account stays out. */
  #kickViewer(id: string, leader: RoomPlayer): Refusal | undefined {
    const viewer = this.#host?.viewer(id);
    if (!viewer) return refuse("PLAYER_UNKNOWN");
    const { accountId } = viewer;
    if (accountId === leader.claim.sheet.accountId)
      return refuse("ACTION_REFUSED", "You cannot kick yourself.");
    this.#kicked.add(accountId, viewer.client);
    this.#host?.letGoViewers(accountId);
    return undefined;
  }

  #ledBy({ sessionId }: RoomPlayer): Refusal | undefined {
    return this.#host?.state.leader === sessionId ? undefined : refuse("NOT_LEADER");
  }

  /** The reason why no game can begin now. */
  refusalToBegin(): Refusal | undefined {
    const { playersMin = 1 } = this.#options;
    if (!this.#host?.game.mayBegin()) return refuse("PHASE_WRONG", "The game has begun.");
    const here = [...this.#host.seats.values()].filter(({ away }) => !away).length;
    if (here + this.#host.botsToCome() >= playersMin) return undefined;
    return refuse("ACTION_REFUSED", `${playersMin} players are needed; share the code.`);
  }

  #allReady(): boolean {
    const people = [...(this.#host?.seats.values() ?? [])].filter(({ bot, away }) => !bot && !away);
    return people.length > 0 && people.every(({ ready }) => ready);
  }

  #set(changes: Record<string, unknown>): Refusal | undefined {
    const host = this.#host;
    const shape = this.#options.settings;
    if (!host?.game.isOpen()) return refuse("PHASE_WRONG", "Settings change in the lobby.");
    if (!shape) return refuse("SETTINGS_INVALID", "This game has no settings.");
    const known = Object.keys(this.settings as object);
    const strange = Object.keys(changes).find((name) => !known.includes(name));
    if (strange !== undefined) return refuse("SETTINGS_INVALID", `There is no setting "${strange}".`);
    const { data, error } = shape.safeParse({ ...this.settings, ...changes });
    if (error) return refuse("SETTINGS_INVALID", issueOf(error));
    const text = JSON.stringify(data);
    if (text.length > SETTINGS_MAX) return refuse("SETTINGS_INVALID", "The settings are too long.");
    host.state.settings = text;
    return undefined;
  }
}

function idleHost(host: LobbyHost<RoomPlayer>) {
  return {
    players: host.players,
    now: () => host.now(),
    later: (ms: number, run: () => void) => host.later(ms, run),
    warn: (player: RoomPlayer, seconds: number) =>
      host.notice("IDLE", `Are you there? In ${seconds} s your seat is given up.`, player),
    stepOut: (player: RoomPlayer) => host.letGo(player, "idle"),
  };
}

function issueOf(error: z.ZodError | undefined): string {
  const [issue] = error?.issues ?? [];
  return `${issue?.path.join(".")}: ${issue?.message}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/**
 * Declares how people gather in a room: who leads it, what the leader may set, who is idle.
 *
 * @example
 * override readonly lobby = defineLobby({
 *   settings: z.object({ rounds: z.int().min(1).max(20).default(5) }),
 *   playersMin: 2,
 *   idleS: 120,
 * });
 * // in the room: this.lobby.settings.rounds
 */
export function defineLobby<T = Record<string, never>>(options: LobbyOptions<T> = {}): Lobby<T> {
  return new Lobby(options);
}

/** A lobby, whatever its settings are. */
export type AnyLobby = Pick<Lobby<unknown>, keyof Lobby<unknown>>;
