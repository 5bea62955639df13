import { once } from "node:events";
import { Client, type Room } from "colyseus.js";
import pg from "pg";
import { CLOSE, readErrorCode } from "roomkeep/shared";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

import type { WebSocket } from "ws";

import { signIn, ticketFor } from "../../../bots/index.ts";

import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import { callerFrom } from "../../helpers/reserve.ts";
import type { ServerProcess } from "../../helpers/server-process.ts";

/** Logins that race for the one character; a slow machine may take fewer by ROOMKEEP_RACE. */
const LOGINS = Number(process.env.ROOMKEEP_RACE ?? 200);
/** Codes that a login may be refused with, each of which the page explains. */
const REFUSALS = new Set(["CHARACTER_CLAIMED", "JOIN_TIMEOUT"]);
/** Tickets are asked for while no seat waits, which a ticket would free, and each is good for 30 s. */
const TICKETS_AT_ONCE = 10;

/**
 * A client that tells when the socket of its seat is open: from then on the room claims the character for it.
 */
class Racer extends Client {
  readonly #rooms: Room[] = [];

  protected override createRoom<T>(name: string, type?: never) {
    const room = super.createRoom<T>(name, type);
    this.#rooms.push(room);
    return room;
  }

  async seated(): Promise<void> {
    for (const { connection } of this.#rooms) {
      const { ws } = connection.transport as unknown as { ws: WebSocket };
      // A seat that is refused is over as well.
      await Promise.race([once(ws, "open"), once(ws, "close")]);
    }
  }
}

interface Live {
  characterId: string;
  epoch: number;
}

describeCluster(`${LOGINS} logins that race for one character over two processes`, (open) => {
  let cluster: Cluster;
  let processes: ServerProcess[];
  let database: pg.Client;
  const hosts: TestPlayer[] = [];
  const sdkRooms: Room[] = [];

  beforeAll(async () => {
    // The SDK warns of each refused join; two hundred of them would bury the rest.
    vi.spyOn(console, "warn").mockImplementation(() => {});
    cluster = await open();
    const script = ["tests/helpers/servers/race-server.ts"];
    const env = { LOG_LEVEL: "silent", ROOMKEEP_ACCOUNT_TICKETS: String(LOGINS) };
    processes = await Promise.all([cluster.start(env, script), cluster.start(env, script)]);
    database = new pg.Client({ connectionString: cluster.databaseUrl });
    await database.connect();
    // A room in each process, so that the race goes across.
    for (let at = 0; at < 8 && new Set(hosts.map(portOf)).size < 2; at++) {
      hosts.push(await joinAs(processes[at % 2]!.url, "race", { name: "Host", create: true }));
    }
  });
  afterAll(async () => {
    for (const room of sdkRooms) {
      room.reconnection.enabled = false;
      room.connection?.close();
    }
    for (const host of hosts) host.stop();
    await database?.end();
    await cluster.close();
  });

  let asked = 0;
  /** What is live in a process at one moment. */
  function liveIn({ child }: ServerProcess): Promise<Live[]> {
    const ask = ++asked;
    return new Promise((resolve) => {
      const listen = (answer: { ask?: number; live: Live[] }) => {
        if (answer.ask !== ask) return;
        child.off("message", listen);
        resolve(answer.live);
      };
      child.on("message", listen);
      child.send({ ask, roomIds: hosts.map(({ room }) => room.roomId) });
    });
  }

  it("leave one live session at every moment, and tell each loser a code", async () => {
    const url = (at: number) => processes[at % 2]!.url;
    const rooms = [hosts[0]!, hosts.at(-1)!].map((host) => host.room.roomId);
    expect(new Set([hosts[0]!, hosts.at(-1)!].map(portOf)).size).toBe(2);
    const room = (at: number) => rooms[Math.floor(at / 2) % 2]!;
    const { token, character } = await signIn(url(0), { name: "Racer" });
    const ends: Promise<string>[] = [];
    let racing = true;
    const looks = { process: 0, database: 0 };
    const watchProcesses = processes.map(async (one) => {
      while (racing) {
        const mine = (await liveIn(one)).filter(({ characterId }) => characterId === character.id);
        expect(mine.length).toBeLessThanOrEqual(1);
        looks.process++;
        await new Promise((again) => setTimeout(again, 5));
      }
    });
    const watchDatabase = (async () => {
      let epoch = 0;
      while (racing) {
        const { rows } = await database.query("SELECT owner, epoch FROM character WHERE id = $1", [
          character.id,
        ]);
        expect(rows).toHaveLength(1);
        expect(rows[0].epoch).toBeGreaterThanOrEqual(epoch);
        epoch = rows[0].epoch;
        looks.database++;
        await new Promise((again) => setTimeout(again, 10));
      }
    })();

    let claiming = 0;
    let claimingMost = 0;
    const outcomeOf = async (joining: Promise<Room>) => {
      claimingMost = Math.max(claimingMost, ++claiming);
      try {
        const joined = await joining;
        joined.reconnection.enabled = false;
        sdkRooms.push(joined);
        joined.onMessage("*", () => {});
        ends.push(new Promise((resolve) => joined.onLeave((code) => resolve(String(code)))));
        return "let in";
      } catch (error) {
        return readErrorCode((error as Error).message).code ?? String(error);
      } finally {
        claiming -= 1;
      }
    };
    // A character has one seat that waits, so each login takes its own at once. None waits for the claims
    // before it.
    const started: Promise<string>[] = [];
    for (let first = 0; first < LOGINS; first += TICKETS_AT_ONCE) {
      const round = Array.from({ length: Math.min(TICKETS_AT_ONCE, LOGINS - first) }, (_, i) => first + i);
      const tickets = await Promise.all(round.map((at) => ticketFor(url(at), token, { roomId: room(at) })));
      for (const [i, at] of round.entries()) {
        const seat = await callerFrom(url(at), "").useTicket(tickets[i], "joinById", room(at));
        expect(seat.code).toBeUndefined();
        const racer = new Racer(url(at));
        started.push(outcomeOf(racer.consumeSeatReservation(seat.body as never)));
        await racer.seated();
      }
    }
    const joins = await Promise.all(started);
    expect(claimingMost).toBeGreaterThan(1);
    const letIn = joins.filter((code) => code === "let in");
    for (const code of joins) if (code !== "let in") expect(REFUSALS).toContain(code);
    expect(letIn.length).toBeGreaterThanOrEqual(1);
    // All but one of those let in were taken over, and were told so.
    const closed: string[] = [];
    for (const end of ends) void end.then((code) => closed.push(code));
    await expect.poll(() => closed.length).toBe(letIn.length - 1);
    racing = false;
    await Promise.all([...watchProcesses, watchDatabase]);
    expect(new Set(closed)).toEqual(letIn.length > 1 ? new Set([String(CLOSE.TAKEN_OVER)]) : new Set());

    const live = (await Promise.all(processes.map(liveIn)))
      .flat()
      .filter((one) => one.characterId === character.id);
    const { rows } = await database.query("SELECT owner, epoch FROM character WHERE id = $1", [character.id]);
    expect(live).toEqual([{ characterId: character.id, epoch: rows[0].epoch }]);
    expect(rows[0].owner).not.toBeNull();

    // The processes' own notes, by the one clock of this machine: each stay ended before the next began.
    await expect.poll(openVisits).toBe(1);
    const visits = await stays(character.id);
    expect(visits.length).toBeGreaterThanOrEqual(letIn.length);
    for (const [at, next] of visits.slice(1).entries()) {
      const stay = visits[at]!;
      expect(next.epoch).toBeGreaterThan(stay.epoch);
      expect(next.started_at.getTime()).toBeGreaterThanOrEqual(
        stay.ended_at?.getTime() ?? Number.POSITIVE_INFINITY,
      );
    }
    expect(looks.process).toBeGreaterThan(20);
    console.log(
      JSON.stringify({
        logins: LOGINS,
        letIn: letIn.length,
        takenOver: closed.length,
        claimingMost,
        looks,
        codes: tally(joins),
      }),
    );

    async function openVisits() {
      return (await stays(character.id)).filter(({ ended_at }) => ended_at === null).length;
    }
  });

  async function stays(characterId: string) {
    const { rows } = await database.query<{ epoch: number; started_at: Date; ended_at: Date | null }>(
      "SELECT epoch, started_at, ended_at FROM visit WHERE character_id = $1 ORDER BY epoch",
      [characterId],
    );
    return rows;
  }
});

const portOf = ({ room }: TestPlayer) =>
  new URL((room.connection.transport as unknown as { ws: { url: string } }).ws.url).port;

function tally(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
