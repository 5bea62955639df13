import { z } from "zod";
import { type GameState, type Refusal, RoomkeepError, refuse, settingsOf } from "../../shared/index.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import type { RoomTime } from "../phases/phase-clock.ts";
import { LOBBY, type Phases } from "../phases/phases.ts";
import type { RoomPlayer } from "../player.ts";
import { IdlePlayers } from "./idle-players.ts";
import { Kicked } from "./kicked.ts";
import { Lead, type LeadOptions } from "./lead.ts";

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

/** What the lobby needs of its room. */
export interface LobbyHost<P extends RoomPlayer> extends RoomTime {
  readonly state: GameState;
  readonly players: ReadonlyMap<string, P>;
  readonly phases: Phases | undefined;
  readonly router: Pick<MessageRouter<P>, "on">;
  /** Seats that bots would fill if the game began now. */
  botsToCome(): number;
  removeBot(id: string): boolean;
  /** Takes a player out at once, and closes the connection with the reason. */
  letGo(player: P, reason: "kicked" | "idle"): void;
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
        candidates: () => [...host.state.seats.values()].filter(({ bot }) => !bot),
        mayBegin: () => this.#refusalToBegin() === undefined,
        passed: (to) => host.notice("LEAD_PASSED", `${host.state.seats.get(to)?.name} leads now.`),
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
    if (this.#isIn && this.#allReady() && !this.#refusalToBegin()) this.#host?.phases?.end();
  }

  /** The game has begun: marks of those who are ready are taken back. */
  left(): void {
    for (const one of this.#host?.state.seats.values() ?? []) if (one.ready) one.ready = false;
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

  restore(kicked: readonly string[]): void {
    this.#kicked.restore(kicked);
    this.#showSettings();
    this.#lead?.settle();
  }

  /** True while settings and ready marks may change: in the phase "lobby", and in a game without phases. */
  get #isIn(): boolean {
    const phase = this.#host?.state.phase;
    return phase === LOBBY || phase === "";
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

  #register({ router, state, players, phases }: LobbyHost<RoomPlayer>): void {
    router.on("ready", readyMessage, ({ sessionId }, { ready }) => {
      const mine = state.seats.get(sessionId);
      if (!mine) return refuse("SEAT_NONE");
      if (!this.#isIn) return refuse("PHASE_WRONG", "The game has begun.");
      mine.ready = ready;
      this.seatsChanged();
    });
    router.on("start", nothing, (player) => this.#ledBy(player) ?? this.#start());
    router.on("rematch", nothing, (player) => this.#ledBy(player) ?? phases?.rematch() ?? noPhases(phases));
    router.on("settings", settingsMessage, (player, changes) => this.#ledBy(player) ?? this.#set(changes));
    router.on("lead", leadMessage, (player, { to }) => {
      const next = state.seats.get(to);
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
      if (!kicked) return this.#host?.removeBot(id) ? undefined : refuse("PLAYER_UNKNOWN");
      this.#kicked.add(kicked);
      this.#host?.letGo(kicked, "kicked");
    });
  }

  #ledBy({ sessionId }: RoomPlayer): Refusal | undefined {
    return this.#host?.state.leader === sessionId ? undefined : refuse("NOT_LEADER");
  }

  #start(): Refusal | undefined {
    const refusal = this.#refusalToBegin();
    if (!refusal) this.#host?.phases?.end();
    return refusal;
  }

  /** The reason why no game can begin now. */
  #refusalToBegin(): Refusal | undefined {
    const { playersMin = 1 } = this.#options;
    if (this.#host?.phases === undefined || this.#host.state.phase !== LOBBY)
      return refuse("PHASE_WRONG", "The game has begun.");
    const here = [...this.#host.state.seats.values()].filter(({ away }) => !away).length;
    if (here + this.#host.botsToCome() >= playersMin) return undefined;
    return refuse("ACTION_REFUSED", `${playersMin} players are needed; share the code.`);
  }

  #allReady(): boolean {
    const people = [...(this.#host?.state.seats.values() ?? [])].filter(({ bot, away }) => !bot && !away);
    return people.length > 0 && people.every(({ ready }) => ready);
  }

  #set(changes: Record<string, unknown>): Refusal | undefined {
    const host = this.#host;
    const shape = this.#options.settings;
    if (!host || !this.#isIn) return refuse("PHASE_WRONG", "Settings change in the lobby.");
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

const noPhases = (phases: Phases | undefined): Refusal | undefined =>
  phases ? undefined : refuse("PHASE_WRONG", "This game has no phases.");

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
