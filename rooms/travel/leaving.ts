import type { IRoomCache } from "@colyseus/core";
import { type Avatar, CLOSE, type Refusal, refuse } from "../../shared/index.ts";
import { endsWithin } from "../../shared/internal.ts";
import { captureState, releaseCharacter } from "../persistence/character-saves.ts";
import type { Player } from "../player.ts";
import { noteTravel } from "../telemetry/join-outcomes.ts";
import { beginHandOver, beginReturn, endWait, failHandOver, freeze, receiveTicket } from "./departure.ts";
import { handOver, takeBack } from "./hand-over.ts";
import { asRefusal, knownGame, labelOf } from "./portal.ts";
import { freeSeat, isHere, type TravelHost, type Traveller, tellTravel } from "./travel-host.ts";

/**
 * Longest time, ms, that players who go together wait for one whose hand-over hangs. Their own tickets are
 * good for ten seconds: the rest is for the way.
 */
const HAND_OVER_MAX_MS = 4_000;

/** Step 1 of a hand-over: the avatars stand still, and the pages begin to fade. */
export function freezeAll<A extends Avatar>(players: readonly Player<A>[], game: string): Traveller<A>[] {
  const to = labelOf(game);
  return players.map((player) => {
    const departure = freeze(game, to);
    player.departure = departure;
    tellTravel(player, { phase: "leaving", to });
    return { player, departure };
  });
}

/**
 * Step 3 of a hand-over, from the frozen avatar to the ticket. False: the player stays, or takes too long for
 * the others to wait.
 */
export async function depart<A extends Avatar>(
  host: TravelHost<A>,
  traveller: Traveller<A>,
  room: IRoomCache,
): Promise<boolean> {
  const handing = handOverTo(host, traveller, room);
  if (await endsWithin(HAND_OVER_MAX_MS, handing)) return handing;
  host.log.warn({ player: traveller.player.sessionId }, "a hand-over hangs; the others go on");
  // Should it come through after all, there is no seat that it was for.
  void handing.then((handed) => {
    if (handed) void comeBack(host, traveller, refuse("TRAVEL_LATE"));
  });
  return false;
}

/**
 * Takes the character back and lets the player go on where they stood.
 *
 * @param options.isFree the other room has said that it gave the character up after it had claimed it
 */
export async function comeBack<A extends Avatar>(
  host: TravelHost<A>,
  { player, departure }: Traveller<A>,
  why: Refusal,
  { isFree } = { isFree: false },
): Promise<void> {
  const { characters, roomId, log } = host;
  const back = beginReturn(departure);
  if (back === undefined) return;
  const { ticket, seat } = back;
  if (seat) void freeSeat(seat);
  const claim = await takeBack(characters, player.claim.sheet.id, { ticket, roomId, isFree }).catch(
    (error) => {
      log.error({ err: error, player: player.sessionId }, "a character could not be taken back");
      return null;
    },
  );
  if (claim === null) return lose(host, player);
  if (!isHere(host, player)) return void (await characters.abandon(claim).catch(() => {}));
  player.claim = claim;
  // Changes during the hand-over are in the next save.
  player.statsChanged = true;
  stay(host, player, why);
}

/** The player goes on where they stood: the room never gave the character away, or has it back. */
export function stay<A extends Avatar>(
  { log }: TravelHost<A>,
  player: Player<A>,
  { code, reason }: Refusal,
): void {
  const to = player.departure?.to ?? "";
  if (player.departure) {
    endWait(player.departure);
    noteTravel(knownGame(player.departure.game), code);
  }
  player.departure = undefined;
  log.info({ player: player.sessionId, to, code }, "player did not travel");
  tellTravel(player, { phase: "stayed", to, code, reason });
}

/** The character is elsewhere, or its lease will run out: this copy is removed. */
function lose<A extends Avatar>(host: TravelHost<A>, player: Player<A>): void {
  if (!isHere(host, player)) return;
  host.remove(player.sessionId);
  player.hold?.reject(new Error("travel"));
  player.client.leave(CLOSE.FENCED, "the way back was lost");
}

async function handOverTo<A extends Avatar>(
  host: TravelHost<A>,
  traveller: Traveller<A>,
  room: IRoomCache,
): Promise<boolean> {
  const { characters, log } = host;
  const { player, departure } = traveller;
  if (!isHere(host, player)) return false;
  const state = captureState(player, host.zone());
  beginHandOver(departure);
  try {
    const ticket = await handOver(characters, player.claim, state, room);
    if (ticket === null) {
      // Another owner has the character: this copy is void.
      lose(host, player);
      return false;
    }
    receiveTicket(departure, ticket);
  } catch (error) {
    failHandOver(departure);
    log.warn({ err: error, player: player.sessionId }, "a character could not be handed over");
    if (isHere(host, player)) stay(host, player, asRefusal(error));
    else await releaseCharacter(characters, player, state, log);
    return false;
  }
  if (isHere(host, player)) return true;
  void comeBack(host, traveller, refuse("TRAVEL_LATE"));
  return false;
}
