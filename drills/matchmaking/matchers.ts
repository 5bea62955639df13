import { type Client, QueueRoom } from "@colyseus/core";
import { ticketOf } from "../../plugins/matchmaking/match/criteria.ts";
import { propose } from "../../plugins/matchmaking/match/propose.ts";
import { type Queue, seatsOf } from "../../plugins/matchmaking/match/queue.ts";
import type { Rating } from "../../plugins/matchmaking/match/ratings.ts";
import { divide } from "../../plugins/matchmaking/match/sides.ts";

/** Somebody who waits, as a matcher sees them. */
export interface Waiter extends Rating {
  readonly id: string;
  /** Since when, s of the simulation. */
  readonly sinceS: number;
}

/** What is compared: it takes people, and gives matches, by teams of ids. */
export interface Matcher {
  readonly name: string;
  add(waiter: Waiter): void;
  /** Called each second. */
  pass(nowS: number): readonly (readonly (readonly string[])[])[];
}

/** The plugin's own matcher, as a server uses it. */
export function pluginMatcher(queue: Queue): Matcher {
  const waiting = new Map<string, Waiter>();
  return {
    name: "roomkeep",
    add: (waiter) => void waiting.set(waiter.id, waiter),
    pass(nowS) {
      const tickets = [...waiting.values()].map(({ id, mu, sigma, sinceS }) =>
        ticketOf(queue, {
          id,
          waitedS: nowS - sinceS,
          properties: {},
          players: [{ id, mu, sigma, roles: [], latency: {} }],
        }),
      );
      return propose(queue, { tickets }).map(({ teams, tickets: gone }) => {
        for (const id of gone) waiting.delete(id);
        return teams.map((team) => team.map(({ player }) => player));
      });
    },
  };
}

type QueueClient = Client<{ userData: { rank: number } }>;

/** Ranks as games have them: 1,500 in the middle. */
const RANK = 60;

/**
 * Colyseus's own `QueueRoom`: its cycle runs as it is, on clients that have no socket. It knows no teams, so
 * its groups are divided by the plugin's own way; a room is not opened, and who is in a group has gone.
 *
 * @param range how far a rank may lie from the mean of a group, in units of mu; undefined: its own comparison
 */
export function queueRoomMatcher(queue: Queue, name: string, range?: number): Matcher {
  const room = new QueueRoom();
  const found: Waiter[][] = [];
  const waiters = new Map<string, Waiter>();
  const gone = new Set<string>();
  room.onCreate({
    matchRoomName: "match",
    maxPlayers: seatsOf(queue),
    ...(range !== undefined && {
      compare: ({ rank }, { averageRank }) => Math.abs(rank - averageRank) <= range * RANK,
    }),
    onGroupReady(group) {
      found.push(group.clients.map(({ sessionId }) => waiters.get(sessionId) as Waiter));
      // It makes everybody leave, as it does when a room could not be opened.
      throw new Error("no room is opened in a simulation");
    },
  });
  // Time is the simulation's.
  room.setTimestep();
  return {
    name,
    add(waiter) {
      waiters.set(waiter.id, waiter);
      const client = {
        sessionId: waiter.id,
        send() {},
        leave: () => void gone.add(waiter.id),
      } as unknown as QueueClient;
      room.clients.push(client as never);
      room.addToQueue(client as never, { rank: waiter.mu * RANK });
    },
    pass() {
      found.length = 0;
      gone.clear();
      room.reassignMatchGroups();
      const left = room.clients.filter(({ sessionId }) => !gone.has(sessionId));
      room.clients.length = 0;
      for (const client of left) room.clients.push(client);
      for (const id of gone) waiters.delete(id);
      return found.map((group) => sidesOf(queue, group));
    },
  };
}

function sidesOf(queue: Queue, group: readonly Waiter[]): string[][] {
  const tickets = group.map(({ id, mu, sigma }) => ({
    id,
    waitedS: 0,
    players: [{ id, mu, sigma, roles: 0 }],
    same: "[]",
    any: [],
    near: [],
    latency: [],
  }));
  const sides = queue.teams.map(({ size }) => ({ free: new Array<number>(size).fill(0) }));
  const division = divide(sides, tickets, () => false);
  return (division?.teams ?? []).map((team) => team.tickets.map(({ id }) => id));
}
