import type { Client } from "@colyseus/core";
import { CLOSE, RoomkeepError } from "../../shared/index.ts";
import type { RoomPlayer } from "../player.ts";
import type {
  CharacterState,
  Claim,
  Identity,
  LiveSanction,
  PlaySessionEnding,
  Ports,
} from "../ports/ports.ts";
import { noteJoined, noteRefusedJoin } from "../telemetry/join-outcomes.ts";
import { traced } from "../telemetry/tracing.ts";
import type { InstanceAccess } from "../travel/instance-access.ts";
import { orJoinError } from "../travel/join-error.ts";
import { claimArrival, codeOf, tellOrigin } from "../travel/portal.ts";
import { releaseCharacter } from "./character-saves.ts";
import { keepDroppedSeat, returnToSeat, type SeatHost } from "./dropped-seats.ts";

/** Longest wait, ms, until other rooms and processes know that a player has left. */
const HEARD_MAX_MS = 1_000;

/** The stays of a room's players, from join to save. Made by {@link openPlaySessions}. */
export interface PlaySessions<P extends RoomPlayer> {
  /** Claims the character and lets the player in, or throws the reason and leaves nothing behind. */
  join(client: Client, identity: Identity): Promise<void>;
  /** The connection is lost: the seat is kept, see `dropped-seats.ts`. */
  drop(client: Client, code: number | undefined): void;
  reconnect(client: Client): void;
  /** The player has left for good: the character is saved and released. */
  leave(client: Client, code: number | undefined): Promise<void>;
  /** Takes a player out at once. */
  letGo(characterId: string, epoch: number, reason: LetGoReason): Promise<void>;
  /** Lets go of the players whose sign-in has ended. */
  signOut(signInIds: ReadonlySet<string>): Promise<void>;
  /** Takes a player out of the room; saves nothing. */
  end(player: P, ending: PlaySessionEnding): void;
}

/**
 * Another login has the character, its lease was lost, the sign-in of its player has ended, the leader or a
 * moderator removed the player, nobody was there any more, or the player is banned.
 */
export type LetGoReason = "taken-over" | "fenced" | "signed-out" | "kicked" | "idle" | "banned";

const CLOSE_CODES = {
  "taken-over": CLOSE.TAKEN_OVER,
  fenced: CLOSE.FENCED,
  "signed-out": CLOSE.SIGNED_OUT,
  kicked: CLOSE.KICKED,
  idle: CLOSE.IDLE,
  banned: CLOSE.BANNED,
} as const satisfies Record<LetGoReason, number>;

/** What play sessions need of their room. */
export interface PlaySessionsHost<P extends RoomPlayer> extends SeatHost<P> {
  readonly roomName: string;
  readonly roomId: string;
  readonly ports: Ports;
  readonly access: InstanceAccess;
  /** Makes the player and puts them into the room. */
  admit(client: Client, claim: Claim, identity: Identity): P;
  /** Plugins read what they must know before the player is in. */
  load(identity: Identity): Promise<void>;
  /** The join took too long and was given up. */
  isLate(client: Client): boolean;
  /** What is in force of a player who comes in. */
  sanctioned(player: P, sanctions: readonly LiveSanction[]): void;
  /** The player is in: before anybody is sent a patch with them. */
  entered(player: P, identity: Identity): void;
  /** The play session begins. */
  joined(player: P, identity: Identity): void;
  /** The play session ends, before the player is taken out. */
  left(player: P, ending: PlaySessionEnding): void;
  /** Takes the player out of the room. */
  remove(player: P): void;
  /** The state of the player to be saved. */
  capture(player: P): CharacterState;
  /** True if another room has the character, or may have it: then nothing is saved here. */
  isHandedOver(player: P): boolean;
  /** Reports the player's place to other rooms and processes. */
  arrived(player: P, identity: Identity): Promise<void>;
  /** Reports to them that the player has gone. */
  departed(player: P): Promise<void>;
}

/** Opens the play sessions of a room. */
export function openPlaySessions<P extends RoomPlayer>(host: PlaySessionsHost<P>): PlaySessions<P> {
  const { players } = host;
  const whereabouts = openWhereabouts(host);
  const end = (player: P, ending: PlaySessionEnding) => endSession(host, player, ending);
  return {
    end,
    async join(client, identity) {
      const from = performance.now();
      const { roomName: game, roomId } = host;
      const joining = traced(
        "roomkeep.join.room",
        () => ({ game, roomId, travelled: identity.journey !== undefined }),
        () => join(host, whereabouts, client, identity),
        identity.trace,
      );
      // A traveller has joined long before.
      if (!identity.journey) joining.then(() => noteJoined(performance.now() - from), noteRefusedJoin);
      await joining;
    },
    drop: (client, code) => keepDroppedSeat(host, client, code),
    reconnect: (client) => returnToSeat(host, client),
    async leave(client, code) {
      const player = players.get(client.sessionId);
      // Else it was refused at the join, or let go already.
      if (player) await leave(host, whereabouts, player, code);
    },
    async letGo(characterId, epoch, reason) {
      for (const player of players.values()) {
        const { claim } = player;
        if (claim.sheet.id === characterId && claim.epoch === epoch)
          await letGo(host, whereabouts, player, reason);
      }
    },
    async signOut(signInIds) {
      const out = [...players.values()].filter(({ signInId = "" }) => signInIds.has(signInId));
      await Promise.all(out.map((player) => letGo(host, whereabouts, player, "signed-out")));
    },
  };
}

async function join<P extends RoomPlayer>(
  host: PlaySessionsHost<P>,
  whereabouts: Whereabouts<P>,
  client: Client,
  identity: Identity,
): Promise<void> {
  const { ports, roomId, log } = host;
  const { journey } = identity;
  // A traveller has a seat that another room reserved.
  if (!journey) {
    void ports.seats.end(identity, client.sessionId);
    if (identity.wasIn !== roomId) await orJoinError(host.access.ask(identity.characterId));
  }
  const claim = await orJoinError(claimArrival(ports.characters, identity, roomId));
  try {
    const [sanctions] = await Promise.all([
      ports.sanctions.atJoin(identity),
      orJoinError(host.load(identity)),
    ]);
    if (host.isLate(client)) throw new RoomkeepError("JOIN_TIMEOUT");
    const player = host.admit(client, claim, identity);
    player.address = identity.address;
    player.signInId = identity.signInId;
    host.sanctioned(player, sanctions);
    host.entered(player, identity);
    // Before any client is sent a patch with both: the other room takes its copy out at once.
    if (journey) tellOrigin(journey, { how: "arrived" });
    host.access.remember(identity.characterId);
    void whereabouts.arrived(player, identity);
    host.joined(player, identity);
    log.info({ player: client.sessionId, character: claim.sheet.id }, "player joined");
  } catch (error) {
    // Nothing was played, so nothing is saved; the lease is free for the next try.
    const player = host.players.get(client.sessionId);
    if (player) host.remove(player);
    await ports.characters.abandon(claim);
    if (journey) tellOrigin(journey, { how: "refused", code: codeOf(error) });
    throw error;
  }
}

function endSession<P extends RoomPlayer>(
  host: PlaySessionsHost<P>,
  player: P,
  ending: PlaySessionEnding,
): void {
  host.left(player, ending);
  host.remove(player);
}

async function leave<P extends RoomPlayer>(
  host: PlaySessionsHost<P>,
  whereabouts: Whereabouts<P>,
  player: P,
  code: number | undefined,
): Promise<void> {
  const { ports, log } = host;
  // First the game's own hook: stats that it writes are saved.
  endSession(host, player, "left");
  const state = host.capture(player);
  await whereabouts.departed(player);
  log.info({ player: player.sessionId, code }, "player left");
  if (host.isHandedOver(player)) return; // the hand-over has saved
  await releaseCharacter(ports.characters, player, state, log);
}

/**
 * Saves and releases a character that is let go; a fenced copy is dropped, because its save would be refused.
 */
async function letGo<P extends RoomPlayer>(
  host: PlaySessionsHost<P>,
  whereabouts: Whereabouts<P>,
  player: P,
  reason: LetGoReason,
): Promise<void> {
  const { ports, log } = host;
  endSession(host, player, reason === "kicked" || reason === "idle" ? "left" : reason);
  const close = () => {
    player.hold?.reject(new Error(reason));
    player.client.leave(CLOSE_CODES[reason], reason);
  };
  // A fenced copy is not saved: its player is told before others are, which may take a while.
  if (reason === "fenced") close();
  const state = host.capture(player);
  await whereabouts.departed(player);
  log.warn({ player: player.sessionId, reason }, "player let go");
  if (reason === "fenced") return;
  if (!host.isHandedOver(player)) await releaseCharacter(ports.characters, player, state, log);
  close();
}

/** Reports arrivals and departures to other rooms: of one player, the arrival first. */
interface Whereabouts<P extends RoomPlayer> {
  arrived(player: P, identity: Identity): Promise<void>;
  /**
   * Settles before the character is free: a player who joins elsewhere at once would be taken for one whose
   * process died, and be sent after the party. While Redis is away it settles after {@link HEARD_MAX_MS}.
   */
  departed(player: P): Promise<void>;
}

function openWhereabouts<P extends RoomPlayer>(host: PlaySessionsHost<P>): Whereabouts<P> {
  const known = new WeakMap<P, Promise<void>>();
  function inTurn(player: P, tell: () => Promise<void>): Promise<void> {
    const earlier = known.get(player) ?? Promise.resolve();
    const turn = earlier.then(tell).catch((error) => {
      host.log.warn({ err: error, player: player.sessionId }, "a party did not get a player's place");
    });
    known.set(player, turn);
    return turn;
  }
  return {
    arrived: (player, identity) => inTurn(player, () => host.arrived(player, identity)),
    async departed(player) {
      const told = inTurn(player, () => host.departed(player));
      await Promise.race([told, new Promise((done) => setTimeout(done, HEARD_MAX_MS))]);
    },
  };
}
