import { openRecorder, type Ports, rerun } from "roomkeep/rooms";
import {
  type Carrier,
  Drop,
  Pile,
  RoomkeepError,
  type ServerMessages,
  type TradeView,
} from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CaveRoom } from "../../games/meadow/cave-room.ts";
import { MeadowRoom } from "../../games/meadow/room.ts";
import type { Hero } from "../../games/meadow/state.ts";
import { TRADER_ID } from "../../games/meadow/trader.ts";
import { PlazaRoom } from "../../games/plaza/room.ts";
import { restingPlace } from "../../rooms/items/resting-place.ts";
import { verifyLedger } from "../../server/items/ledger.ts";
import { openProxy } from "../helpers/cuttable-proxy.ts";
import { missingPostgres, newPostgresDatabase } from "../helpers/databases.ts";
import { ask, counted, give, SeededMeadow, stackOf } from "../helpers/meadow.ts";

const games = { meadow: SeededMeadow, kept: MeadowRoom, cave: CaveRoom, plaza: PlazaRoom };
const databases = ["embedded", "PostgreSQL"] as const;

describe.each(databases)("things in the meadow (%s)", (kind) => {
  /**
   * Runs on one of the databases, and is not even named on the other: CI takes what is skipped for a failure.
   */
  const on = (only: typeof kind) => (kind === only ? test : ((() => {}) as unknown as typeof test));
  /** Of rules, which are the same over any database. */
  const rule = on("embedded");
  const isMissing = kind === "PostgreSQL" && missingPostgres !== null;
  if (isMissing && process.env.CI !== "true") return test.skip(`not run: ${missingPostgres}`, () => {});
  let world: TestServer;
  let database: Awaited<ReturnType<typeof newPostgresDatabase>> | undefined;
  let line: Awaited<ReturnType<typeof openProxy>> | undefined;
  const here: TestPlayer[] = [];

  beforeAll(async () => {
    const env: Record<string, string> = {};
    if (kind === "PostgreSQL") {
      database = await newPostgresDatabase();
      const url = new URL(database.url);
      line = await openProxy(Number(url.port || 5432));
      url.host = `127.0.0.1:${line.port}`;
      env.DATABASE_URL = url.href;
    }
    world = await bootServer(games, { env });
  });
  afterAll(async () => {
    await world?.close();
    await line?.close();
    await database?.close();
  });
  afterEach(async () => {
    for (const player of here.splice(0)) await player.leave();
    expect(await verifyLedger(world.server.foundation.database.ds)).toEqual([]);
  });

  const join = async (who: Parameters<TestServer["join"]>[1], game = "meadow") => {
    const player = await world.join(game, who);
    here.push(player);
    await player.until(
      "what is held",
      () => (player.me() as Carrier).items.size > 0 || (player.me() as Carrier).dead,
    );
    return player;
  };
  async function two(): Promise<[TestPlayer, TestPlayer, SeededMeadow]> {
    const ann = await join({ name: "Ann", create: true });
    const bo = await join({ name: "Bo", code: ann.room.roomId });
    const room = world.room<SeededMeadow>(ann.room.roomId);
    const [a, b] = [heroOf(room, ann), heroOf(room, bo)];
    Object.assign(b, { x: a.x + 1, y: a.y, z: a.z });
    return [ann, bo, room];
  }
  const heroOf = (room: MeadowRoom, { room: { sessionId } }: TestPlayer) =>
    room.players.get(sessionId)!.avatar;
  const mine = (player: TestPlayer) => player.me() as Hero;
  const dropsIn = (room: MeadowRoom) => [...room.world.query({ is: Drop })];
  const idOf = (room: MeadowRoom, thing: Drop | Pile) => room.world.idOf(thing)!;
  const bag = (player: TestPlayer) => `bag:${player.characterId}`;
  /** All that a booking may touch. */
  const rows = async () => {
    const { ds } = world.server.foundation.database;
    const read = (sql: string) => ds.query<unknown[]>(sql);
    return JSON.stringify([
      await read("SELECT * FROM item ORDER BY id"),
      await read("SELECT id, coins FROM character ORDER BY id"),
      await read("SELECT * FROM ledger ORDER BY seq"),
      await read("SELECT * FROM request_result ORDER BY request_id"),
      await read("SELECT * FROM death_lock ORDER BY character"),
    ]);
  };
  /** What the world's hash is made of, but for what moves by itself. */
  const still = (room: MeadowRoom) =>
    JSON.stringify([
      [...room.players.values()].map(({ avatar }) => avatar.items.toJSON()),
      [...room.world.query()].filter(({ kind }) => ["drop", "pile", "shop", "herb"].includes(kind)).length,
      [...room.players.values()].map(({ avatar: { coins, worn, dead } }) => [coins, worn.toJSON(), dead]),
    ]);

  test("lie on the ground for whoever is first: of two who take at once one has it", async () => {
    const [ann, bo, room] = await two();
    await ask(ann, "item.drop", { id: stackOf(ann, "arrow"), qty: 5 });
    const [drop] = dropsIn(room);
    expect(drop).toMatchObject({ template: "arrow", qty: 5 });
    const actor = idOf(room, drop!);
    await bo.until("the drop", () => bo.room.state.actors.has(actor));
    const answers = await Promise.all([ask(ann, "item.take", { actor }), ask(bo, "item.take", { actor })]);
    expect(answers.map(({ code }) => code).sort()).toEqual(["ITEM_MISSING", undefined]);
    expect([counted(ann, "arrow"), counted(bo, "arrow")].sort()).toEqual(
      answers[0]?.code ? [17, 7].sort() : [12, 12],
    );
    expect(await room.booked(`ground:${room.zone}`)).toEqual([]);
    await ann.until("bare ground", () => !ann.room.state.actors.has(actor));
  });

  rule("that are dropped on the lookout can be taken", async () => {
    const ann = await join({ name: "Ann", create: true });
    const room = world.room<SeededMeadow>(ann.room.roomId);
    const hero = heroOf(room, ann);
    for (const [x, z, yaw] of [
      [-28, 22, 0],
      [-26, 20.2, 1.57],
      [-30, 24, 4.7],
    ] as const) {
      const at = restingPlace(room.simulation.ground, { x, y: 6, z });
      expect(at.y).toBeGreaterThan(4);
      Object.assign(hero, { ...at, yaw });
      expect(await ask(ann, "item.drop", { id: stackOf(ann, "arrow"), qty: 2 })).toMatchObject({
        type: "item.drop",
      });
      const [drop] = dropsIn(room);
      const actor = idOf(room, drop!);
      expect(await ask(ann, "item.take", { actor })).toMatchObject({ type: "item.take" });
    }
    expect(counted(ann, "arrow")).toBe(12);
  });

  test("are booked once for each request, however often it is asked; the answer is told again", async () => {
    const [ann, , room] = await two();
    const id = stackOf(ann, "arrow");
    expect(await ask(ann, "item.drop", { id, qty: 5 }, "once")).toMatchObject({ type: "item.drop" });
    expect(await ask(ann, "item.move", { id, to: "bag", slot: 9 })).toMatchObject({ type: "item.move" });
    const before = [await rows(), still(room)];
    expect(await ask(ann, "item.drop", { id, qty: 5 }, "once")).toMatchObject({ type: "item.drop" });
    // The first answer is of before the move: what is held now is shown all the same.
    expect((mine(ann).items.get(id) as { slot: number }).slot).toBe(9);
    expect([counted(ann, "arrow"), dropsIn(room).length]).toEqual([7, 1]);
    expect(await ask(ann, "item.drop", { id, qty: 6 }, "once")).toMatchObject({ code: "REQUEST_REUSED" });
    // Taken, it cannot be taken again; the same request gets the answer it had.
    const actor = idOf(room, dropsIn(room)[0]!);
    expect([await rows(), still(room)]).toEqual(before);
    await ask(ann, "item.take", { actor }, "take");
    expect(await ask(ann, "item.take", { actor }, "take")).toMatchObject({ type: "item.take" });
    expect(await ask(ann, "item.take", { actor }, "other")).toMatchObject({ code: "ITEM_MISSING" });
    expect(counted(ann, "arrow")).toBe(12);
  });

  rule("that are refused leave rows and world as they were", async () => {
    const [ann, bo, room] = await two();
    const arrows = stackOf(ann, "arrow");
    const theirs = stackOf(bo, "arrow");
    await ask(bo, "item.drop", { id: theirs, qty: 1 });
    const far = idOf(room, dropsIn(room)[0]!);
    room.world.get(far)!.x += 30;
    const trader = room.world.get(TRADER_ID)!;
    const beside = { x: trader.x + 1, y: trader.y, z: trader.z };
    for (const one of [ann, bo]) Object.assign(heroOf(room, one), beside);
    await ann.until("the trader", () => ann.room.state.actors.has(TRADER_ID));
    const before = [await rows(), still(room)];
    const asks: [string, object, string][] = [
      ["item.move", { id: theirs, to: "bag", slot: 3 }, "ITEM_MISSING"],
      ["item.move", { id: arrows, to: "equipment" }, "NO_SPACE"],
      ["item.move", { id: arrows, to: "bag", slot: 200 }, "NO_SPACE"],
      ["item.drop", { id: arrows, qty: 13 }, "NOT_ENOUGH"],
      ["item.drop", { id: theirs }, "ITEM_MISSING"],
      ["item.use", { id: theirs }, "ITEM_MISSING"],
      ["item.take", { actor: far }, "ACTION_REFUSED"],
      ["item.take", { actor: TRADER_ID }, "ITEM_MISSING"],
      ["item.take", { actor: bo.room.sessionId }, "ITEM_MISSING"],
      ["shop.buy", { shop: TRADER_ID, template: "arrow", qty: 1 }, "NOT_ENOUGH"],
      ["shop.buy", { shop: TRADER_ID, template: "hide", qty: 1 }, "ACTION_REFUSED"],
      ["shop.buy", { shop: bo.room.sessionId, template: "arrow", qty: 1 }, "ITEM_MISSING"],
      ["shop.sell", { shop: TRADER_ID, id: arrows, qty: 1 }, "ACTION_REFUSED"],
      ["shop.sell", { shop: TRADER_ID, id: theirs, qty: 1 }, "ITEM_MISSING"],
      ["revive", {}, "ACTION_REFUSED"],
    ];
    const answers: unknown[] = [];
    for (const [type, payload] of asks) answers.push([type, payload, (await ask(ann, type, payload)).code]);
    expect(answers).toEqual(asks);
    expect([await rows(), still(room)]).toEqual(before);
  });

  rule("are bought from the trader and sold, from beside her; what is worn is seen by all", async () => {
    const [ann, bo, room] = await two();
    await give(world, ann, "coins", 20);
    await give(world, ann, "meat", 3);
    const buy = { shop: TRADER_ID, template: "straw-hat", qty: 1 };
    const { x, y, z } = room.world.get(TRADER_ID)!;
    Object.assign(heroOf(room, ann), { x: x + 9, y, z });
    expect(await ask(ann, "shop.buy", buy)).toMatchObject({ code: "ACTION_REFUSED" });
    Object.assign(heroOf(room, ann), { x: x + 1, y, z });
    expect(await ask(ann, "shop.buy", buy)).toMatchObject({ type: "shop.buy" });
    await ask(ann, "shop.sell", { shop: TRADER_ID, id: stackOf(ann, "meat"), qty: 2 });
    expect([mine(ann).coins, counted(ann, "meat")]).toEqual([14, 1]);
    const hat = stackOf(ann, "straw-hat");
    await ask(ann, "item.move", { id: hat, to: "equipment" });
    const annForBo = () => bo.room.state.actors.get(ann.room.sessionId) as Hero;
    await bo.until("the hat", () => annForBo().worn.get("0") === "straw-hat");
    await ask(ann, "item.move", { id: hat, to: "bag" });
    await bo.until("the bare head", () => annForBo().worn.size === 0);
  });

  // ── Trade
  // ─────────────────────────────────────────────────────────────────────────────────────────────────────

  const view = (player: TestPlayer) => player.received.get("trade")?.at(-1) as TradeView;
  const ended = (player: TestPlayer) =>
    (player.received.get("trade.ended")?.at(-1) as ServerMessages["trade.ended"] | undefined)?.how;
  async function openTrade(ann: TestPlayer, bo: TestPlayer): Promise<string> {
    ann.room.send("trade.ask", { to: bo.room.sessionId });
    expect(await bo.message("trade.asked")).toEqual({ from: ann.room.sessionId, name: "Ann" });
    bo.room.send("trade.answer", { from: ann.room.sessionId, yes: true });
    await ann.message("trade");
    await bo.until("the trade", () => Boolean(view(bo)));
    return view(ann).id;
  }
  async function offer(
    player: TestPlayer,
    other: TestPlayer,
    items: { id: string; qty: number }[],
    coins = 0,
  ) {
    const { id: trade, version } = view(player);
    player.room.send("trade.offer", { trade, items, coins });
    await other.until("the offer", () => view(other).version > version);
    await player.until("the offer", () => view(player).version > version);
  }

  test("change hands by a trade to which both agreed as it was shown", async () => {
    const [ann, bo, room] = await two();
    await give(world, bo, "coins", 10);
    const trade = await openTrade(ann, bo);
    await offer(ann, bo, [{ id: stackOf(ann, "arrow"), qty: 5 }]);
    await offer(bo, ann, [], 4);
    expect(view(bo)).toMatchObject({
      mine: { coins: 4 },
      theirs: { items: [{ template: "arrow", qty: 5 }] },
    });
    const { version } = view(bo);
    bo.room.send("trade.agree", { trade, version });
    await ann.until("his word", () => view(ann).theirs.agreed);
    // An offer that changes takes both words back, and the old one is not what was agreed to.
    await offer(ann, bo, [{ id: stackOf(ann, "arrow"), qty: 1 }]);
    expect(view(bo).mine.agreed).toBe(false);
    bo.room.send("trade.agree", { trade, version });
    expect(await bo.message("refused")).toMatchObject({ type: "trade.agree", code: "ACTION_REFUSED" });
    const before = await rows();
    ann.room.send("trade.agree", { trade, version: view(ann).version });
    await bo.until("her word", () => view(bo).theirs.agreed);
    expect(await rows()).toBe(before);
    bo.room.send("trade.agree", { trade, version: view(bo).version });
    await ann.until("the end", () => ended(ann) === "done" && counted(ann, "arrow") === 11);
    await bo.until("the arrow", () => counted(bo, "arrow") === 13);
    expect([mine(ann).coins, mine(bo).coins]).toEqual([4, 6]);
    bo.room.send("trade.agree", { trade, version: view(bo).version });
    expect(await bo.message("refused")).toMatchObject({ code: "TRADE_OVER" });
    expect((await room.booked(bag(ann)))[0]).toMatchObject({ qty: 11 });
  });

  rule("stay where they are when a trade cannot be: not there, not enough, too far, gone", async () => {
    const [ann, bo, room] = await two();
    const before = await rows();
    let trade = await openTrade(ann, bo);
    const refused = async (payload: object) => {
      ann.room.send("trade.offer", { trade, items: [], coins: 0, ...payload });
      return (await ann.message<{ code: string }>("refused")).code;
    };
    const id = stackOf(ann, "arrow");
    expect(await refused({ coins: 1 })).toBe("NOT_ENOUGH");
    expect(await refused({ items: [{ id, qty: 13 }] })).toBe("NOT_ENOUGH");
    expect(await refused({ items: [{ id: stackOf(bo, "arrow"), qty: 1 }] })).toBe("ITEM_MISSING");
    expect(
      await refused({
        items: [
          { id, qty: 1 },
          { id, qty: 1 },
        ],
      }),
    ).toBe("QUANTITY_INVALID");
    heroOf(room, bo).x += 9;
    await ann.until("the end", () => ended(ann) === "cancelled");
    ann.room.send("trade.ask", { to: bo.room.sessionId });
    expect(await ann.message("refused")).toMatchObject({ type: "trade.ask", code: "ACTION_REFUSED" });
    heroOf(room, bo).x -= 9;
    ann.received.get("trade.ended")?.splice(0);
    trade = await openTrade(ann, bo);
    await offer(ann, bo, [{ id, qty: 5 }]);
    ann.room.send("trade.agree", { trade, version: view(ann).version });
    await bo.until("her word", () => view(bo).theirs.agreed);
    here.splice(here.indexOf(bo), 1);
    bo.stop(); // the connection is gone, and the seat is kept: he may return, the trade is over
    await ann.until("the end", () => ended(ann) === "cancelled");
    expect(await rows()).toBe(before);
    expect(counted(ann, "arrow")).toBe(12);
  });

  test("are with one of the two when a connection is lost while both have agreed", async () => {
    const [ann, bo, room] = await two();
    const trade = await openTrade(ann, bo);
    await offer(ann, bo, [{ id: stackOf(ann, "arrow"), qty: 5 }]);
    bo.room.send("trade.agree", { trade, version: view(bo).version });
    await ann.until("his word", () => view(ann).theirs.agreed);
    ann.room.send("trade.agree", { trade, version: view(ann).version });
    await Promise.all([ann.leave(), bo.leave()]);
    here.splice(0);
    await expect.poll(() => room.players.size).toBe(0);
    const sum = async (player: TestPlayer) =>
      (await room.booked(bag(player))).reduce((n, { qty }) => n + qty, 0);
    const after = [await sum(ann), await sum(bo)];
    expect([
      [12, 12],
      [7, 17],
    ]).toContainEqual(after);
    const again = await join({ token: bo.token });
    expect(counted(again, "arrow")).toBe(after[1]);
  });

  // ── Death
  // ─────────────────────────────────────────────────────────────────────────────────────────────────────

  test("lie in one pile where somebody died, who fetches it; others may later", async () => {
    const [ann, bo, room] = await two();
    await give(world, ann, "herb", 3);
    const a = heroOf(room, ann);
    a.health = 0;
    await ann.until("death", () => mine(ann).dead && mine(ann).items.size === 0);
    const piles = () => [...room.world.query({ is: Pile })];
    await bo.until("the pile", () => [...bo.room.state.actors.values()].some(({ kind }) => kind === "pile"));
    expect(piles()).toHaveLength(1);
    expect(piles()[0]).toMatchObject({ name: "Ann", free: false, x: a.x, z: a.z });
    const actor = idOf(room, piles()[0]!);
    // Neither the dead nor, for a while, anybody else.
    expect(await ask(ann, "item.take", { actor })).toMatchObject({ code: "CHARACTER_DEAD" });
    expect(await ask(bo, "item.take", { actor })).toMatchObject({ code: "ACTION_REFUSED" });
    const { x, z } = a;
    await ann.walk({ moveX: 127 }, 5);
    expect([a.x, a.z]).toEqual([x, z]);
    expect(await ask(ann, "revive", {}, "up")).toMatchObject({ type: "revive" });
    await ann.until("life", () => !mine(ann).dead && mine(ann).health === 50);
    expect(await ask(ann, "revive", {}, "up")).toMatchObject({ type: "revive" });
    Object.assign(a, { x, y: room.world.get(actor)!.y, z });
    expect(await ask(ann, "item.take", { actor })).toMatchObject({ type: "item.take" });
    await ann.until("everything", () => counted(ann, "herb") === 3 && counted(ann, "arrow") === 12);
    expect(piles()).toEqual([]);
    // The next one is left lying until it is everybody's.
    a.health = 0;
    await bo.until("the next pile", () => piles().length === 1);
    piles()[0]!.freeAtTick = room.simulation.tick;
    await bo.until("that it is free", () => piles()[0]!.free);
    Object.assign(heroOf(room, bo), { x: a.x, y: a.y, z: a.z });
    await ask(bo, "item.take", { actor: idOf(room, piles()[0]!) });
    await bo.until("what she lost", () => counted(bo, "arrow") === 24 && counted(bo, "herb") === 3);
  });

  test("are lost once by whoever dies and quits, and stays dead until getting up", async () => {
    const ann = await join({ name: "Ann", create: true });
    const room = world.room<SeededMeadow>(ann.room.roomId);
    heroOf(room, ann).health = 0;
    await ann.until("death", () => mine(ann).dead);
    here.splice(0);
    await ann.leave();
    const { ds } = world.server.foundation.database;
    const piles = () =>
      ds.query<{ qty: number }[]>("SELECT qty FROM item WHERE container LIKE $1", [
        `pile:%${ann.characterId}%`,
      ]);
    const again = await join({ token: ann.token });
    await again.until("that she is dead", () => mine(again).dead);
    // Whether it was booked before she left, or is now.
    await expect.poll(piles).toEqual([{ qty: 12 }]);
    expect(await ask(again, "revive")).toMatchObject({ type: "revive" });
    await again.until("life", () => !mine(again).dead && mine(again).health === 50);
    expect(mine(again).items.size).toBe(0);
    expect(await piles()).toHaveLength(1);
  });

  // ── The database is the truth
  // ─────────────────────────────────────────────────────────────────────────────────

  test("on the ground are what the database says when the save of the zone is older", async () => {
    const ann = await join({ name: "Ann" }, "kept");
    const room = world.room<MeadowRoom>(ann.room.roomId);
    const a = heroOf(room, ann);
    const id = stackOf(ann, "arrow");
    await ask(ann, "item.drop", { id, qty: 2 });
    await ask(ann, "item.drop", { id, qty: 3 });
    const [two] = dropsIn(room);
    const lost = idOf(room, two!);
    // What a kill -9 leaves: the save has the first drop and a pile that is gone, and lacks the second.
    const { zones } = world.server.foundation;
    const snapshot = () =>
      JSON.stringify({ v: 2, data: room.simulation.snapshot({ without: room.players }) });
    for (const drop of dropsIn(room).slice(1)) room.world.despawn(drop);
    room.world.spawn(new Pile({ kind: "pile", name: "Nobody", container: "pile:meadow:gone", x: 5 }));
    const old = snapshot();
    const release = zones.release.bind(zones);
    zones.release = (claim) => release(claim, old);
    Object.assign(a, { x: two!.x, y: two!.y, z: two!.z });
    await ask(ann, "item.take", { actor: lost });
    here.splice(0);
    await ann.leave();
    const again = await (async () => {
      await expect.poll(() => room.players.size).toBe(0);
      await expect.poll(() => (room.clients.length === 0 ? "closed" : "open")).toBe("closed");
      return join({ token: ann.token }, "kept");
    })();
    zones.release = release;
    const next = world.room<MeadowRoom>(again.room.roomId);
    expect(next).not.toBe(room);
    await again.until(
      "the ground",
      () => dropsIn(next).length === 1 && next.world.query({ is: Pile }).size === 0,
    );
    expect(dropsIn(next)[0]).toMatchObject({ qty: 3, template: "arrow" });
    const ports = (next as unknown as { ports: Ports }).ports;
    expect((await ports.items.readIn("ground:meadow")).map((stack) => stack.id)).toEqual([
      idOf(next, dropsIn(next)[0]!),
    ]);
    expect(counted(again, "arrow")).toBe(9);
    // Nobody knows where it lay: it is at the camp, for whoever comes.
    const there = dropsIn(next)[0]!;
    Object.assign(heroOf(next, again), { x: there.x, y: there.y, z: there.z });
    await ask(again, "item.take", { actor: idOf(next, there) });
    expect(counted(again, "arrow")).toBe(12);
  });

  rule("of the days before there were items become items once", async () => {
    const guest = await world.join("plaza", { name: "Old" });
    await guest.leave();
    const { ds } = world.server.foundation.database;
    const owner = () =>
      ds.query<{ owner: string | null }[]>("SELECT owner FROM character WHERE id = $1", [guest.characterId]);
    await expect.poll(async () => (await owner())[0]?.owner).toBeNull();
    const old = { health: 80, arrows: 30, herbs: 5, meat: 400, xp: 210 };
    await ds.query("UPDATE character SET state = jsonb_set(state, '{stats}', $2::jsonb) WHERE id = $1", [
      guest.characterId,
      JSON.stringify({ meadow: old }),
    ]);
    const first = await join({ token: guest.token });
    await first.until("meat", () => counted(first, "meat") === 400);
    expect([counted(first, "arrow"), counted(first, "herb")]).toEqual([30, 5]);
    expect(mine(first)).toMatchObject({ health: 80, level: 3 });
    await ask(first, "item.drop", { id: stackOf(first, "herb") });
    here.splice(0);
    await first.leave();
    // Also when the save that says so was lost.
    await expect.poll(async () => (await owner())[0]?.owner).toBeNull();
    await ds.query("UPDATE character SET state = jsonb_set(state, '{stats}', $2::jsonb) WHERE id = $1", [
      guest.characterId,
      JSON.stringify({ meadow: old }),
    ]);
    const second = await join({ token: guest.token });
    await second.patches(5);
    expect([counted(second, "arrow"), counted(second, "herb"), counted(second, "meat")]).toEqual([
      30, 0, 400,
    ]);
  });

  rule(
    "are paid for by the shot: an arrow that is gone by then is counted, and the archer fumbles",
    async () => {
      const [ann, , room] = await two();
      ann.room.send("item.drop", { request: "all", id: stackOf(ann, "arrow") });
      ann.room.send("shoot", { yaw: 0, pitch: 1 });
      await ann.until("the count", () => room.unpaid === 1);
      expect(heroOf(room, ann)).toMatchObject({ inFlight: 0 });
      expect(heroOf(room, ann).drawnAtTick).toBeGreaterThan(room.simulation.tick + 20);
      expect(dropsIn(room)).toMatchObject([{ qty: 12 }]);
    },
  );

  rule(
    "are shown as they were booked when the answer was lost, once, whether or not it is asked again",
    async () => {
      const [ann, , room] = await two();
      const { items } = world.server.foundation.ports;
      const { drop } = items;
      const loseAnswer = () => {
        items.drop = async (...asked) => {
          items.drop = drop;
          await drop(...asked);
          throw new RoomkeepError("DATABASE_UNAVAILABLE");
        };
      };
      const id = stackOf(ann, "arrow");
      loseAnswer();
      expect(await ask(ann, "item.drop", { id, qty: 2 })).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
      expect([counted(ann, "arrow"), dropsIn(room).length]).toEqual([12, 0]);
      await ann.until("what was booked", () => counted(ann, "arrow") === 10 && dropsIn(room).length === 1);
      // Asked again at once, the same request finds out by itself.
      loseAnswer();
      expect(await ask(ann, "item.drop", { id, qty: 3 }, "lost")).toMatchObject({
        code: "DATABASE_UNAVAILABLE",
      });
      expect(await ask(ann, "item.drop", { id, qty: 3 }, "lost")).toMatchObject({ type: "item.drop" });
      expect([counted(ann, "arrow"), dropsIn(room).length]).toEqual([7, 2]);
      // And not a second time: what is taken up again lies nowhere.
      for (const drop of dropsIn(room)) await ask(ann, "item.take", { actor: idOf(room, drop) });
      await ann.patches(50);
      expect([counted(ann, "arrow"), dropsIn(room).length]).toEqual([12, 0]);
    },
  );

  rule("are in a recording by their answers: a re-run asks nobody and gives the same world", async () => {
    const [ann, bo, room] = await two();
    const lines: string[] = [];
    const recorder = openRecorder({ write: (text) => lines.push(text), hashEveryTicks: 1 });
    room.record(recorder);
    await give(world, ann, "herb", 3);
    await ask(ann, "item.drop", { id: stackOf(ann, "herb"), qty: 2 });
    await ask(bo, "item.take", { actor: idOf(room, dropsIn(room)[0]!) });
    ann.room.send("shoot", { yaw: 0, pitch: 1 });
    await ann.until("the arrow", () => counted(ann, "arrow") === 11);
    await openTrade(ann, bo);
    await offer(ann, bo, [{ id: stackOf(ann, "arrow"), qty: 5 }]);
    for (const one of [ann, bo])
      one.room.send("trade.agree", { trade: view(one).id, version: view(one).version });
    await bo.until("the trade", () => counted(bo, "arrow") === 17);
    await ask(ann, "item.move", { id: stackOf(ann, "arrow"), to: "bag", slot: 20 });
    const late = await join({ name: "Cy", code: room.roomId });
    await late.leave();
    here.splice(here.indexOf(late), 1);
    await ann.patches(5);
    recorder.stop();
    const { zone } = room;
    class SameGround extends SeededMeadow {
      override zone = zone;
    }
    const result = await rerun(SameGround, lines);
    expect(result).toMatchObject({ mismatches: [] });
    expect(result.compared).toBeGreaterThan(10);
  });

  on("PostgreSQL")("stay as they are while the database is away, and the player is told why", async () => {
    const [ann, , room] = await two();
    const before = [await rows(), still(room)];
    const id = stackOf(ann, "arrow");
    line?.cut();
    const answer = await ask(ann, "item.drop", { id, qty: 5 }, "again");
    expect(answer).toMatchObject({ type: "item.drop", code: "DATABASE_UNAVAILABLE" });
    expect(answer.reason).toMatch(/try again/);
    ann.room.send("shoot", { yaw: 0, pitch: 1 }); // judged at once, and paid when the database is back
    await ann.until("the shot", () => heroOf(room, ann).inFlight === 1);
    expect(still(room)).toBe(before[1]);
    line?.mend();
    expect(await rows()).toBe(before[0]);
    expect(await ask(ann, "item.drop", { id, qty: 5 }, "again")).toMatchObject({ type: "item.drop" });
    await ann.until("both", () => counted(ann, "arrow") === 6 && dropsIn(room).length === 1);
    expect([heroOf(room, ann).inFlight, room.unpaid]).toEqual([0, 0]);
  });
});
