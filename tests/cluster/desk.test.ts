import { once } from "node:events";
import { joinAs } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Database, openDatabase } from "../../server/storage/database.ts";
import { type Cluster, describeCluster } from "../helpers/cluster.ts";
import { testLog } from "../helpers/databases.ts";
import { type DeskOperator, deskOperator } from "../helpers/desk/operators.ts";
import type { ServerProcess } from "../helpers/server-process.ts";

const SCRIPT = ["tests/helpers/servers/yard-server.ts"];

describeCluster("the desk of a cluster", (open) => {
  let cluster: Cluster;
  let home: ServerProcess;
  let other: ServerProcess;
  let database: Database;
  let olga: DeskOperator;
  beforeAll(async () => {
    cluster = await open();
    home = await cluster.start({}, SCRIPT);
    database = await openDatabase({ url: cluster.databaseUrl, dataDir: "", log: testLog });
  });
  afterAll(async () => {
    await database.close();
    await cluster.close();
  });

  const get = async (path: string, query: Record<string, string | number> = {}) => {
    const texts = Object.entries(query).map(([name, value]) => [name, String(value)]);
    return (await olga.ask(`/v1/admin/${path}?${new URLSearchParams(texts)}`)).body;
  };

  /** Has a process keep the last seconds of a room, as a report does. */
  async function keepBy({ child }: ServerProcess, roomId: string): Promise<string | null | undefined> {
    child.send({ keep: roomId });
    for (;;) {
      const [message] = (await once(child, "message")) as [{ kept?: string | null }];
      // The TypeScript loader talks on this channel too.
      if (message && "kept" in message) return message.kept;
    }
  }

  it("reaches a room from any process: looks, scrubs, keeps, opens what was kept, moves it", async () => {
    // Alone until the room is open, so that it is here.
    const ann = await joinAs(home.url, "yard", { name: "Ann" });
    const { roomId, sessionId } = ann.room;
    other = await cluster.start({}, SCRIPT);
    olga = await deskOperator(database.ds, other.url, "olga-op", "operator");
    await ann.walk({ moveX: 127 }, 30);
    const { rooms } = await get("rooms/list");
    expect(rooms).toMatchObject([{ roomId, game: "yard", players: 1 }]);
    expect(await get("rooms/players", { roomId })).toMatchObject({ people: [{ name: "Ann" }] });
    expect(JSON.stringify(await get("rooms/state", { roomId }))).not.toContain("ace of spades");

    const scrub = await get("recordings/scrub", { roomId });
    const { fromTick, toTick } = scrub;
    const asked = { roomId, scrub: scrub.scrub, fromTick, toTick };
    let frames = await get("recordings/frames", asked);
    while (!frames.done) frames = await get("recordings/frames", { ...asked, fromTick: frames.nextTick });
    expect(frames.exact).toBe(true);
    const [, x] = frames.frames.at(-1).actors.find(([id]: [string]) => id === sessionId);
    expect(x).toBeGreaterThan(2);

    const id = await keepBy(other, roomId);
    expect(await get("recordings/list", { about: "report:9" })).toMatchObject({
      recordings: [{ id, roomId, by: "report" }],
    });
    // By the process that never had the room.
    expect(await get("recordings/verify", { recording: String(id) })).toMatchObject({
      exact: true,
      warnings: [],
    });
    expect(await keepBy(other, "NONE")).toBeNull();

    const arrived = ann.journey();
    expect((await olga.ask("/v1/admin/rooms/move", { roomId })).body).toEqual({ moving: 1 });
    expect(await arrived).toBe("yard");
    const listed = async () => (await get("rooms/list", { empty: "false" })).rooms;
    // Until both rooms have noticed it, the list may have either or both.
    await expect
      .poll(async () => (await listed()).map(({ processId }: { processId: string }) => processId))
      .toEqual([expect.not.stringContaining(rooms[0].processId)]);
    const [moved] = await listed();
    expect(moved.roomId).toBe(ann.room.roomId);
    // It keeps its last seconds there as well.
    await ann.walk({ moveX: -127 }, 5);
    expect(await get("recordings/scrub", { roomId: moved.roomId })).toMatchObject({ tickHz: 20 });
    await ann.leave();
  });
});
