import { RoomkeepError } from "roomkeep/shared";
import type { Matchmaking, MatchmakingEvent, MatchmakingServices } from "./api.ts";
import { openLooking } from "./looking.ts";
import { readLatency, readProperties, readRoles } from "./match/criteria.ts";
import { partyMax, rolesOf } from "./match/queue.ts";
import { openQueues } from "./rows/lease.ts";
import { admit, entered, exited, matchOfRoom, moved, setBackfill } from "./rows/match-rooms.ts";
import { giveUpSeats, leaveTickets } from "./rows/opening.ts";
import { type ReadBlocks, ratingIn } from "./rows/pass.ts";
import { answerReady, dropMatch, lockMatch } from "./rows/ready.ts";
import { writeResult } from "./rows/results.ts";
import { changeMember, dropWaiting, membersOf, ownTicket, putTicket } from "./rows/tickets.ts";
import { readPlayed, viewTicket } from "./rows/view.ts";

/** Opens the matches of a process, which looks after its queues until it closes. */
export async function openMatchmaking(
  services: MatchmakingServices,
  readBlocks: ReadBlocks,
): Promise<Matchmaking> {
  const { db, transaction, people, log, settings } = services;
  const { queues, ticketsMax } = settings;
  const penalties = {
    firstS: settings.penaltyS,
    mostS: settings.penaltyMostS,
    forgetS: settings.penaltyForgetHours * 3600,
  };
  const counts = new Map<MatchmakingEvent, number>();
  await openQueues(
    db,
    queues.map(({ name }) => name),
  );
  const count = (event: MatchmakingEvent, by = 1) => counts.set(event, (counts.get(event) ?? 0) + by);
  const queueOf = (name: string) => {
    const queue = queues.find((one) => one.name === name);
    if (!queue) throw new RoomkeepError("QUEUE_UNKNOWN");
    return queue;
  };
  /** Pages read their ticket anew. */
  const tell = (accounts: Iterable<string>) => {
    for (const id of new Set(accounts)) void people.tell(id, "changed", {});
  };

  const looking = openLooking({ services, penalties, readBlocks, count, tell });

  return {
    queues,
    counts,
    passes: looking.passes,
    services,
    matchOf: (roomId) => matchOfRoom(db, queues, roomId),
    async result(match, sides) {
      const rated = await transaction((tx) => writeResult(tx, queues, match, sides));
      if (!rated.repeated) count("result");
      tell(rated.ratings.keys());
      return rated;
    },
    backfill: (match, isOn) => transaction((tx) => setBackfill(tx, match, isOn)),
    ratingOf: (account, name) => ratingIn(db, queueOf(name), account),
    async join(account, asked) {
      const queue = queueOf(asked.queue);
      const properties = readProperties(queue, asked.properties ?? {});
      const own = {
        account,
        roles: readRoles(queue, asked.roles),
        latency: readLatency(queue, asked.latency),
      };
      const others = await partyOf(account);
      if (others.length + 1 > partyMax(queue)) throw new RoomkeepError("QUEUE_PARTY_TOO_LARGE");
      const roles = rolesOf(queue.teams);
      const members = [own, ...others.map((other) => ({ account: other, roles, latency: {} }))];
      await putTicket(transaction, queue, { properties, members }, ticketsMax);
      count("join");
      tell(members.map((member) => member.account));
    },
    async change(account, { roles, latency }) {
      const ticket = await ownTicket(db, account);
      if (!ticket) throw new RoomkeepError("QUEUE_NONE");
      const queue = queueOf(ticket.queue);
      await changeMember(db, account, {
        ...(roles && { roles: readRoles(queue, roles) }),
        ...(latency && { latency: readLatency(queue, latency) }),
      });
    },
    async leave(account) {
      // It may get a match, or lose one, between the look and the deed.
      for (let tries = 0; tries < 3; tries++) {
        const ticket = await ownTicket(db, account);
        if (!ticket) break;
        const members = await membersOf(db, ticket.ticket);
        const { match } = ticket;
        const told =
          match === null
            ? (await dropWaiting(db, ticket.ticket)) && members
            : await transaction((tx) => leaveMatch(tx, match, account));
        if (!told) continue;
        count("leave");
        return tell([...told, ...members]);
      }
      throw new RoomkeepError("QUEUE_NONE");
    },
    async answer(account, match, isReady) {
      const [row] = await db.query<{ queue: string }[]>("SELECT queue FROM matchmaking_match WHERE id = $1", [
        match,
      ]);
      if (!row) throw new RoomkeepError("READY_OVER");
      const queue = queueOf(row.queue);
      const { now, told } = await transaction((tx) =>
        answerReady(tx, queue, { match, account, isReady }, penalties),
      );
      if (now === "dropped") count("drop");
      if (now === "filled") count("fill");
      tell(told);
      if (now === "open")
        await looking
          .open(queue, match)
          .catch((error: unknown) =>
            log.warn({ err: error, match }, "the room of a match is opened by the next pass"),
          );
    },
    look: looking.look,
    ticket: (account) => viewTicket(db, queues, account),
    played: (account) => readPlayed(db, account),
    admit: (roomId, account) => admit(db, queues, roomId, account),
    entered: (roomId, account) => entered(db, roomId, account),
    exited: (roomId, account) => exited(db, roomId, account),
    moved: (roomId, successorId) => moved(db, roomId, successorId),
  };

  /** The others of a party that the account leads. @throws PARTY_LEADER_ONLY, PARTY_AWAY */
  async function partyOf(account: string): Promise<string[]> {
    const party = await people.party(account);
    if (!party || party.members.length < 2) return [];
    if (party.lead !== account) throw new RoomkeepError("PARTY_LEADER_ONLY");
    const others = party.members.filter((member) => member.account !== account);
    if (others.some(({ isAway }) => isAway))
      throw new RoomkeepError("PARTY_AWAY", "Somebody of the party has lost the connection.");
    return others.map((member) => member.account);
  }

  async function leaveMatch(tx: typeof db, match: string, account: string): Promise<string[] | false> {
    const locked = await lockMatch(tx, match);
    if (!locked || (await ownTicket(tx, account))?.match !== match) return false;
    if (locked.state === "ready" || locked.state === "opening")
      return dropMatch(tx, match, [account], penalties);
    if (locked.state === "open") return giveUpSeats(tx, match, [account], penalties);
    await leaveTickets(tx, [account]);
    return [account];
  }
}
