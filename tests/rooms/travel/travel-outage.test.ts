import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CuttableProxy, openProxy } from "../../helpers/cuttable-proxy.ts";
import { missingPostgres, newPostgresDatabase } from "../../helpers/databases.ts";
import { ways, type YardRoom } from "../../helpers/ways.ts";

const suite = missingPostgres === null || process.env.CI === "true" ? describe : describe.skip;
if (missingPostgres !== null) console.error(`\n!!! travel-outage: not run: ${missingPostgres}\n`);

suite("while the database is away", () => {
  let database: Awaited<ReturnType<typeof newPostgresDatabase>>;
  let line: CuttableProxy;
  let world: TestServer;
  beforeAll(async () => {
    database = await newPostgresDatabase();
    const url = new URL(database.url);
    line = await openProxy(Number(url.port || 5432));
    url.hostname = "127.0.0.1";
    url.port = String(line.port);
    world = await bootServer(ways, { env: { DATABASE_URL: url.href } });
  });
  afterAll(async () => {
    line?.mend();
    await world?.close();
    await line?.close();
    await database?.close();
  });

  const recordOf = (player: TestPlayer) =>
    world.room<YardRoom>(player.room.roomId).players.get(player.room.sessionId)!;
  const stepInto = (player: TestPlayer, x: number) =>
    void Object.assign(recordOf(player).avatar, { x, z: 0 });

  it("a journey waits a moment, and goes on when it is back", async () => {
    const ann = await world.join("yard", { name: "Ann" });
    const journey = ann.journey();
    line.cut();
    stepInto(ann, 3);
    await ann.until("the avatar to be frozen", () => recordOf(ann).departure?.state.at === "handing-over");
    await ann.patches(10);
    line.mend();
    expect(await journey).toBe("cellar");
    await ann.leave();
  });

  it("a traveller stays, is told so, and can go later", async () => {
    const ann = await world.join("yard", { name: "Ann" });
    stepInto(ann, 0);
    await ann.patches(2);
    line.cut();
    stepInto(ann, 3);
    expect(await ann.journey()).toBe("DATABASE_UNAVAILABLE");
    line.mend();
    expect(ann.room.name).toBe("yard");
    expect(ann.me().x).toBeCloseTo(3);
    await ann.walk({ moveX: -127 }, 12);
    stepInto(ann, 3);
    expect(await ann.journey()).toBe("cellar");
    await ann.leave();
  });

  it("at the arrival, a traveller is taken back as soon as it answers", async () => {
    const ann = await world.join("yard", { name: "Ann" });
    const { characters } = world.server.foundation;
    const { claimTransfer } = characters;
    stepInto(ann, 0);
    await ann.patches(2);
    characters.claimTransfer = (...parameters) => {
      // The first to claim is the room that is travelled to.
      characters.claimTransfer = claimTransfer;
      line.cut();
      return claimTransfer(...parameters);
    };
    stepInto(ann, 3);
    await ann.until(
      "the room to take the character back",
      () => recordOf(ann).departure?.state.at === "returning",
    );
    line.mend();
    expect(await ann.journey()).toBe("DATABASE_UNAVAILABLE");
    expect(ann.room.name).toBe("yard");
    const { claim } = recordOf(ann);
    expect(await characters.save(claim, claim.sheet.state)).toBe("saved");
    await ann.leave();
  });
});
