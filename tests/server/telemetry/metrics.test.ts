import { request } from "node:http";
import { type CheatSuspected, type Player, WorldRoom } from "roomkeep/rooms";
import { Avatar, Prop, TICK_HZ, WALK_MPS, WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessTokenOf } from "../../../bots/index.ts";
import { PHASES } from "../../../rooms/simulation/tick-clock.ts";
import type { CheatFlags } from "../../../server/telemetry/cheat-flags.ts";

/** Metres at which things lie that shiver when they are told to. */
const THINGS = { near: 3, far: 29 } as const;

class NearRoom extends WorldRoom {
  override cheatDetection = { action: "slow" } as const;
  readonly suspected: CheatSuspected[] = [];
  protected override onCheatSuspected(_: Player, suspected: CheatSuspected): void {
    this.suspected.push(suspected);
  }
  accuse(player: Player): void {
    this.suspect(player, "reach", 5);
  }
  shivers = false;
  protected override onTick(): void {
    if (!this.shivers) return;
    for (const prop of this.world.query({ is: Prop })) prop.yaw = (this.simulation.tick * 0.5) % 6;
  }
  spawnThings(x: number, z: number): void {
    for (const [ring, awayM] of Object.entries(THINGS))
      for (let i = 0; i < 20; i++)
        this.world.spawn(Object.assign(new Prop(), { x: x + awayM, z }), `${ring}-${i}`);
  }
  static override readonly listing = { label: "Near", description: "With interest.", maxPlayers: 8 };
  override state = new WorldState();
  override interest = { radiusM: 30 };
  protected override createAvatar() {
    return new Avatar();
  }
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ near: NearRoom }, { env: { ROOMKEEP_ADMIN_PASSWORD: "a-password" } });
});
afterAll(() => world.close());

const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`,
});

/** The value of a metric of the process. */
async function metric(name: string): Promise<number> {
  const answer = await fetch(`${world.server.url}/metrics`, { headers: basic("a-password") });
  const line = (await answer.text()).split("\n").find((one) => one.startsWith(`${name} `));
  return Number(line?.split(" ")[1]);
}

test("a client over its bytes a second is sent less from far away, and near things go on", async () => {
  const ben = await world.join("near", { name: "Ben", create: true });
  const room = world.room<NearRoom>(ben.room.roomId);
  const { x, z } = ben.me();
  room.spawnThings(x, z);
  const shown = (ring: keyof typeof THINGS) => ben.room.state.actors.get(`${ring}-7`);
  await ben.until("all of them", () => Object.keys(THINGS).every((ring) => shown(ring as "near")));
  const before = await metric("roomkeep_rings_left_out_total");
  const sent = await metric("roomkeep_socket_bytes_sent_total");
  room.sendBytesPerSecond = 3_000;
  room.shivers = true;
  await ben.until("what is far goes", () => !shown("far"), 60_000);
  const yaw = shown("near")?.yaw;
  await ben.until("near things go on", () => shown("near")?.yaw !== yaw);
  expect(await metric("roomkeep_rings_left_out_total")).toBeGreaterThan(before);
  expect(await metric("roomkeep_socket_bytes_sent_total")).toBeGreaterThan(sent);
  expect(await metric("roomkeep_socket_frames_received_total")).toBeGreaterThan(0);
  await ben.leave();
});

test("who is suspected of cheating is told to the game, counted, and listed to moderators with the last inputs", async () => {
  const eve = await world.join("near", { name: "Eve", create: true });
  const room = world.room<NearRoom>(eve.room.roomId);
  const player = room.players.get(eve.room.sessionId) as Player;
  const { database, ports } = world.server.foundation;
  const list = async () => {
    const authorization = `Bearer ${await accessTokenOf(world.url, eve.token)}`;
    return fetch(`${world.url}/v1/cheat-flags`, { headers: { authorization } });
  };
  await eve.walk({ moveX: 127 }, 3);
  room.accuse(player);
  await expect
    .poll(() => room.suspected)
    .toMatchObject([{ score: 12.5, signals: { reach: 12.5 }, action: "slow" }]);
  await (ports.cheats as CheatFlags).flush();
  expect((await fetch(`${world.url}/v1/cheat-flags`)).status).toBe(401);
  expect((await list()).status).toBe(403);
  const { accountId: account } = player.claim.sheet;
  await database.ds.query("UPDATE account SET role = 'moderator' WHERE id = $1", [account]);
  const { flags } = (await (await list()).json()) as { flags: { inputs: number[][] }[] };
  const flag = {
    account,
    character: eve.characterId,
    game: "near",
    roomId: room.roomId,
    signals: { reach: 12.5 },
    action: "slow",
  };
  expect(flags).toMatchObject([flag]);
  expect(flags[0]?.inputs.some(([, moveX]) => moveX === 127)).toBe(true);
  expect(await metric('roomkeep_cheat_flags_total{game="near",signal="reach",action="slow"}')).toBe(1);
  const spec = (await (await fetch(`${world.url}/v1/openapi.json`)).json()) as { paths: object };
  expect(Object.keys(spec.paths)).toContain("/v1/cheat-flags");

  // Slowed: half the way with as many frames.
  const from = player.avatar.x;
  const began = room.simulation.tick;
  await eve.walk({ moveX: -127 }, 40);
  const longest = ((room.simulation.tick - began) * WALK_MPS) / TICK_HZ;
  expect(Math.abs(player.avatar.x - from)).toBeLessThan(0.75 * longest);
  await eve.leave();
});

test("a room's ticks are told by phase: to the console's profile and, to the admin only, as metrics", async () => {
  const ann = await world.join("near", { name: "Ann" });
  await ann.walk({ moveX: 127 }, 10);
  const room = world.room<NearRoom>(ann.room.roomId);
  const { meanMs, ticks } = room.tickProfile();
  expect(ticks).toBeGreaterThan(5);
  for (const phase of PHASES) expect(meanMs[phase], phase).toBeGreaterThan(0);

  const url = `${world.server.url}/metrics`;
  expect((await fetch(url)).status).toBe(401);
  expect((await fetch(url, { headers: basic("wrong") })).status).toBe(401);
  const answer = await fetch(url, { headers: basic("a-password") });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("text/plain");
  const text = await answer.text();
  const value = (name: string): number =>
    Number(
      text
        .split("\n")
        .find((line) => line.startsWith(`${name} `))
        ?.split(" ")[1],
    );
  for (const phase of PHASES)
    expect(value(`roomkeep_tick_phase_seconds_total{game="near",phase="${phase}"}`), phase).toBeGreaterThan(
      0,
    );
  expect(value('roomkeep_tick_seconds_bucket{game="near",le="+Inf"}')).toBeGreaterThan(5);
  expect(value('roomkeep_ticks_late_total{game="near"}')).toBeGreaterThanOrEqual(0);
  expect(value("process_resident_memory_bytes")).toBeGreaterThan(1e6);
  await ann.leave();
});

test("guesses at the admin's password that come at once are counted before they are tried, and lock out nobody else", async () => {
  const url = `${world.server.url}/monitor/api`;
  const from = (localAddress: string, password?: string) =>
    new Promise<number>((resolve, reject) => {
      const headers = password === undefined ? {} : basic(password);
      const asked = request(url, { headers, localAddress, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      asked.on("error", reject).end();
    });
  const stranger = "127.0.7.1";
  const guesses = await Promise.all(Array.from({ length: 40 }, (_, n) => from(stranger, `guess ${n}`)));
  expect(guesses.filter((status) => status === 401)).toHaveLength(10);
  expect(guesses.filter((status) => status === 429)).toHaveLength(30);
  expect(await from(stranger, "a-password")).toBe(429);
  expect(await from(stranger)).toBe(401);
  // The admin's own page asks again and again, and from elsewhere.
  for (let n = 0; n < 12; n++) expect(await from("127.0.7.2", "a-password")).toBe(200);
  for (let n = 0; n < 9; n++) expect(await from("127.0.7.2", "wrong")).toBe(401);
  expect(await from("127.0.7.2", "a-password")).toBe(200);
});
