import { readErrorCode, type WorldState } from "roomkeep/shared";
import { joinAs } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CLOSE } from "../../shared/index.ts";
import { type Cluster, describeCluster } from "../helpers/cluster.ts";
import type { ServerProcess } from "../helpers/server-process.ts";
import { refusalOf, watch } from "../rooms/viewers/watch.ts";

const SCRIPT = ["tests/helpers/servers/watched-server.ts"];

describeCluster("viewers of a cluster", (open) => {
  let cluster: Cluster;
  let home: ServerProcess;
  let other: ServerProcess;
  beforeAll(async () => {
    cluster = await open();
    home = await cluster.start({}, SCRIPT);
  });
  afterAll(() => cluster.close());

  it("come in by any process, are counted in all, and follow a room that moves to another", async () => {
    // Alone until the room is open, so that it is here.
    const ann = await joinAs(home.url, "field", { name: "Ann" });
    const code = ann.room.roomId;
    const bob = await joinAs(home.url, "field", { name: "Bob", code });
    other = await cluster.start({}, SCRIPT);
    const list = async () => {
      const { rooms } = (await (await fetch(`${other.url}/v1/rooms`)).json()) as { rooms: object[] };
      return rooms;
    };
    const wanda = await watch(other.url, { as: "spectator", code });
    const second = await watch(other.url, { as: "spectator", game: "field" });
    expect(second.room.roomId).toBe(code);
    expect(await refusalOf(watch(other.url, { as: "spectator", code }))).toBe("SPECTATORS_FULL");
    await expect.poll(list).toMatchObject([{ roomId: code, players: 2, open: false, watching: 2 }]);
    const late = joinAs(other.url, "field", { name: "Late", code });
    expect(await late.catch((error: Error) => readErrorCode(error.message).code)).toBe("ROOM_FULL");
    await second.room.leave();
    await expect.poll(list).toMatchObject([{ roomId: code, players: 2, open: false, watching: 1 }]);
    await bob.leave();
    await expect.poll(list).toMatchObject([{ roomId: code, players: 1, open: true, watching: 1 }]);

    const arrived = ann.journey();
    const ending = home.end("SIGTERM");
    expect(await arrived).toBe("field");
    expect(await wanda.closed).toBe(CLOSE.ROOM_MOVED);
    await ending;
    // By the same code, which leads to the room where it is now.
    const again = await watch(other.url, { as: "spectator", code, token: wanda.token });
    expect(again.room.roomId).toBe(ann.room.roomId);
    await again.until("Ann", () => (again.room.state as WorldState).actors?.has(ann.room.sessionId));
    await again.room.leave();
    await ann.leave();
  });
});
