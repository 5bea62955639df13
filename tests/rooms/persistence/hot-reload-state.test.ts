import { schema, t } from "@colyseus/schema";
import type { Room } from "colyseus.js";
import { defineSystem, GameRoom, type RoomContext, type RoomPlayer, WorldRoom } from "roomkeep/rooms";
import { Avatar, Carrier, CLOSE, defineActor, internal, own, type World, WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { enterRoom, signIn } from "../../../bots/index.ts";
import { swapSchemaClasses } from "../../../server/dev/schema-hot-swap.ts";

/** What the edited code says, to be told from the first. */
interface Edit {
  readonly says: string;
  /** One more thing that the room places when it opens. */
  readonly adds?: boolean;
  /** One more field in the state's class. */
  readonly reshapes?: boolean;
}

/** The games as a load of their source makes them: each class anew. */
function gamesOf({ says, adds = false, reshapes = false }: Edit) {
  const Score = schema({ name: t.string(), points: t.uint16(), tags: t.array("string") }, "Score");
  const Round = schema({ turn: t.uint8().default(0), scores: t.map(Score), past: t.array(Score) }, "Round");
  const Hero = Carrier.extend({ mana: own(t.uint8().default(5)), spells: own(t.array("string")) }, "Hero");
  const Chest = defineActor("chest", { fields: { lid: t.string().default("shut"), loot: t.array(Score) } });
  const ArenaState = WorldState.extend(
    {
      rows: t.array(Score),
      best: t.map(Score),
      round: t.ref(Round),
      secret: internal(t.uint8().default(1)),
      ...(reshapes && { weather: t.string().default("rain") }),
    },
    "ArenaState",
  );
  type Arena = InstanceType<typeof ArenaState>;

  class ArenaRoom extends WorldRoom<Arena, InstanceType<typeof Hero>> {
    override state = new ArenaState({ round: new Round() });
    shutdowns: string[] = [];
    override systems = [
      defineSystem<World, RoomContext<Arena>, { runs: number; since: number }>({
        name: "count",
        memory: () => ({ runs: 0, since: 7 }),
        init: (_, { memory, state }) => {
          if (memory.runs > 0) throw new Error("it is restored after it began");
          state.secret = state.secret || 1;
        },
        run: (_, { memory }) => {
          memory.runs += 1;
        },
        shutdown: (_, { tick }) => this.shutdowns.push(`at ${tick > 0}`),
      }),
    ];
    protected override createAvatar() {
      return new Hero();
    }
    protected override onBegin(): void {
      if (adds) this.world.spawn(new Chest({ lid: "new" }), "added");
      this.world.spawn(new Chest(), "chest");
    }
    protected override onOpen(): void {
      this.on("fill", z.strictObject({}), ({ avatar }) => {
        const row = (name: string) => new Score({ name, points: 3, tags: ["a", "b"] as never });
        this.state.rows.push(row("one"), row("two"), row("three"));
        this.state.rows.shift();
        this.state.best.set("ann", row("best"));
        this.state.round.turn = 4;
        this.state.round.scores.set("x", row("deep"));
        this.state.round.past.push(row("past"));
        this.state.secret = 9;
        avatar.mana = 77;
        avatar.coins = 12;
        avatar.spells.push("fire", "ice");
        const spawned = this.world.spawn(new Chest({ lid: "open" }));
        spawned.loot.push(row("loot"));
      });
      this.on("act", z.strictObject({}), ({ avatar }) => {
        this.state.rows.push(new Score({ name: says, points: 1 }));
        avatar.mana += 1;
        avatar.spells.push(says);
      });
    }
  }

  /** A second game with a plain state, and a class of the same name as the first one's. */
  const Namesake = Avatar.extend({ rage: t.uint8().default(2), wounds: t.array("uint8") }, "Hero");
  class PlainRoom extends WorldRoom<WorldState, InstanceType<typeof Namesake>> {
    override state = new WorldState();
    override interest = { radiusM: 60 };
    protected override createAvatar() {
      return new Namesake();
    }
    protected override onOpen(): void {
      this.on("act", z.strictObject({}), ({ avatar }) => {
        avatar.rage += 1;
        avatar.wounds.push(avatar.rage);
      });
    }
  }

  const TableState = schema({ pile: t.array(Score), turns: t.uint8().default(0) }, "HotTable");
  class TableRoom extends GameRoom<InstanceType<typeof TableState>> {
    override state = new TableState();
    protected override onOpen(): void {
      this.on("act", z.strictObject({}), (player: RoomPlayer) => {
        this.state.pile.push(new Score({ name: player.claim.sheet.name, points: ++this.state.turns }));
      });
    }
  }
  return { arena: ArenaRoom, plain: PlainRoom, table: TableRoom };
}

const load = (edit: Edit) => swapSchemaClasses(async () => gamesOf(edit));
let world: TestServer;
let complaints: string[];
beforeAll(async () => {
  // As `roomkeep dev` does it: rooms are written down for a reload from the first one on.
  world = await bootServer({});
  const ready = async () => (await fetch(`${world.url}/ready`)).status;
  expect(await ready()).toBe(503);
  await world.server.reload(await load({ says: "first" }));
  expect(await ready()).toBe(200);
});
afterAll(() => world.close());
beforeEach(() => {
  complaints = [];
  for (const way of ["warn", "error"] as const)
    vi.spyOn(console, way).mockImplementation((...said) => void complaints.push(said.join(" ")));
});
afterEach(() => vi.restoreAllMocks());

async function reload(edit: Edit, ...rooms: Room[]): Promise<void> {
  const back = Promise.all(rooms.map((room) => new Promise<void>((done) => room.onReconnect(() => done()))));
  await world.server.reload(await load(edit));
  await back;
}

interface Fields {
  [name: string]: unknown;
}
const seenBy = ({ room }: TestPlayer) =>
  room.state.toJSON() as unknown as Fields & { actors: Record<string, Fields> };
const ownRow = (player: TestPlayer) => player.me().toJSON() as unknown as Fields;

test("clients go on after an edit: arrays, maps, children, own avatars and what is their owner's", async () => {
  const ann = await world.join("arena", { name: "Ann" });
  const bob = await world.join("arena", { name: "Bob", code: ann.room.roomId });
  ann.send("fill");
  await bob.until("the rows", () => (seenBy(bob).rows as unknown[]).length === 2);
  await ann.until("the spells", () => (ownRow(ann).spells as unknown[]).length === 2);
  const before = { ann: seenBy(ann), bob: seenBy(bob) };
  const room = () => world.room<InstanceType<ReturnType<typeof gamesOf>["arena"]>>(ann.room.roomId);
  const first = room();
  const { tick } = first.simulation;
  const ranBefore = (first.simulation.systems.memories().count as { runs: number }).runs;

  await reload({ says: "second", adds: true }, ann.room, bob.room);
  expect(room()).not.toBe(first);
  expect(first.shutdowns).toEqual(["at true"]);
  const all = (player: TestPlayer) => {
    const { actors, ...state } = seenBy(player);
    const { added, ...others } = actors;
    const own = Object.entries(others).map(([id, fields]) => [id, { ...fields, away: false }]);
    return { state, added, actors: Object.fromEntries(own) };
  };
  await ann.until("everybody", () => Object.keys(seenBy(ann).actors).length === 5);
  await bob.until("everybody", () => Object.keys(seenBy(bob).actors).length === 5);
  for (const [player, { actors, ...state }] of [
    [ann, before.ann],
    [bob, before.bob],
  ] as const)
    expect(all(player)).toMatchObject({ state, actors, added: { lid: "new" } });
  expect(ownRow(ann)).toMatchObject({ mana: 77, coins: 12, spells: ["fire", "ice"] });
  expect(room().state.secret).toBe(9);
  expect(room().simulation.tick).toBeGreaterThanOrEqual(tick);
  expect(room().simulation.systems.memories().count).toMatchObject({ since: 7 });
  expect((room().simulation.systems.memories().count as { runs: number }).runs).toBeGreaterThanOrEqual(
    ranBefore,
  );

  // The edited code plays, and patches of what was restored are read by all.
  ann.send("act");
  await bob.until("the new row", () => (seenBy(bob).rows as Fields[])[2]?.name === "second");
  await ann.until("the new spell", () => ownRow(ann).mana === 78);
  expect(ownRow(ann).spells).toEqual(["fire", "ice", "second"]);
  const carl = await world.join("arena", { name: "Carl", code: ann.room.roomId });
  await bob.until("Carl", () => seenBy(bob).actors[carl.room.sessionId]?.name === "Carl");
  await reload({ says: "third" }, ann.room, bob.room, carl.room);
  bob.send("act");
  await carl.until("the third's row", () => (seenBy(carl).rows as Fields[]).at(-1)?.name === "third");
  expect(seenBy(ann).actors.chest).toMatchObject({ lid: "shut" });
  expect(complaints).toEqual([]);
  await Promise.all([ann.leave(), bob.leave(), carl.leave()]);
});

test("a second game goes on too: a plain state, and an avatar of a class that both games name alike", async () => {
  const ann = await world.join("plain", { name: "Ann" });
  ann.send("act");
  await ann.until("the rage", () => ownRow(ann).rage === 3);
  await reload({ says: "fourth" }, ann.room);
  ann.send("act");
  await ann.until("more rage", () => ownRow(ann).rage === 4);
  expect(ownRow(ann).wounds).toEqual([3, 4]);
  const bob = await world.join("plain", { name: "Bob", code: ann.room.roomId });
  await ann.until("Bob", () => seenBy(ann).actors[bob.room.sessionId]?.rage === 2);
  expect(complaints).toEqual([]);
  await Promise.all([ann.leave(), bob.leave()]);
});

test("a room without a world keeps its players and its state", async () => {
  const { token } = await signIn(world.url, { name: "Ann" });
  const room = await enterRoom(world.url, "table", token);
  const pile = () => (room.state?.toJSON() as unknown as { pile?: Fields[] })?.pile ?? [];
  room.send("act", {});
  await expect.poll(pile).toHaveLength(1);
  await reload({ says: "fifth" }, room);
  room.send("act", {});
  await expect.poll(pile).toEqual([
    { name: "Ann", points: 1, tags: [] },
    { name: "Ann", points: 2, tags: [] },
  ]);
  expect(complaints).toEqual([]);
  await room.leave();
});

test("a client that cannot read the edited classes is told to join anew, and finds all there", async () => {
  const ann = await world.join("arena", { name: "Ann" });
  ann.send("fill");
  await ann.until("the rows", () => (seenBy(ann).rows as unknown[]).length === 2);
  const closed = new Promise<number>((done) => ann.room.onLeave((code) => done(code)));
  await world.server.reload(await load({ says: "sixth", reshapes: true }));
  expect(await closed).toBe(CLOSE.RESHAPED);
  const again = await world.join("arena", { token: ann.token, code: ann.room.roomId });
  expect(seenBy(again)).toMatchObject({ weather: "rain", rows: [{ name: "two" }, { name: "three" }] });
  expect(complaints).toEqual([]);
  await again.leave();
});
