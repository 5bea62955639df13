import { generateId, type IRoomCache, matchMaker } from "@colyseus/core";
import { type Avatar, refuse } from "../../shared/index.ts";
import type { SeatReservation } from "../../shared/internal.ts";
import { placeOf } from "../persistence/character-saves.ts";
import type { Identity, Journey } from "../ports/ports.ts";
import { traceContext } from "../telemetry/tracing.ts";
import { receiveSeat, ticketOf } from "./departure.ts";
import { comeBack, depart } from "./leaving.ts";
import { type Arrive, freeSeat, isHere, type TravelHost, type Traveller, tellTravel } from "./travel-host.ts";

/** Steps 3 to 5 of a hand-over, for frozen players who go together. */
export async function goTo<A extends Avatar>(
  host: TravelHost<A>,
  frozen: readonly Traveller<A>[],
  room: IRoomCache,
  arrive: Arrive,
): Promise<void> {
  const gone = await Promise.all(frozen.map((traveller) => depart(host, traveller, room)));
  const away = frozen.filter((_, index) => gone[index]);
  if (away.length > 0) await seat(host, away, room, arrive);
}

/**
 * Steps 4 and 5 of a hand-over: seats are reserved, all in one call, and sent to the pages. A traveller who
 * gets no seat is taken back.
 */
async function seat<A extends Avatar>(
  host: TravelHost<A>,
  travellers: readonly Traveller<A>[],
  room: IRoomCache,
  arrive: Arrive,
): Promise<void> {
  const seats = travellers.map((traveller) => seatFor(host, traveller, arrive));
  const granted = await matchMaker.reserveMultipleSeatsFor(room, seats).catch((error) => {
    host.log.warn({ err: error, roomId: room.roomId }, "no seats could be reserved");
    return seats.map(() => false);
  });
  for (const [index, traveller] of travellers.entries()) {
    const sessionId = seats[index]?.sessionId;
    if (granted[index] && sessionId !== undefined)
      follow(host, traveller, matchMaker.buildSeatReservation(room, sessionId) as SeatReservation);
    else void comeBack(host, traveller, refuse("ROOM_FULL", `${traveller.departure.to} is full.`));
  }
}

function seatFor<A extends Avatar>(
  { roomName: game, roomId }: TravelHost<A>,
  { player, departure }: Traveller<A>,
  arrive: Arrive,
) {
  const { claim, role, signInId, address, sessionId } = player;
  const { id: characterId, accountId } = claim.sheet;
  const journey: Journey = {
    ticket: ticketOf(departure) ?? "",
    from: { game, roomId, place: placeOf(player), sessionId },
    ...arrive(player),
  };
  const auth: Identity = {
    accountId,
    characterId,
    role,
    signInId,
    address,
    journey,
    trace: traceContext(),
  };
  return { sessionId: generateId(), options: {}, auth };
}

function follow<A extends Avatar>(host: TravelHost<A>, traveller: Traveller<A>, seat: SeatReservation): void {
  const { player, departure } = traveller;
  const wait = () => setTimeout(() => void comeBack(host, traveller, refuse("TRAVEL_LATE")), host.waitMs());
  if (!receiveSeat(departure, seat, wait)) void freeSeat(seat);
  else if (isHere(host, player)) tellTravel(player, { phase: "go", to: departure.to, seat });
}
