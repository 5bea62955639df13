import { readErrorCode } from "roomkeep/shared";
import { joinAs } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cluster, describeCluster } from "../helpers/cluster.ts";
import type { ServerProcess } from "../helpers/server-process.ts";

/** Longer than a process waits for another's answer, and shorter than until it is given up, ms. */
const STANDS_STILL_MS = 2_300;

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

describeCluster("a room whose process stands still for a moment", (open) => {
  let cluster: Cluster;
  let home: ServerProcess;
  beforeAll(async () => {
    cluster = await open();
    home = await cluster.start();
  });
  afterAll(() => cluster?.close());

  it("is silent, not full, for who asks another process, and takes them when it is back", async () => {
    const ann = await joinAs(home.url, "plaza", { name: "Ann", create: true });
    const other = await cluster.start();
    const join = () => joinAs(other.url, "plaza", { name: "Ben", code: ann.room.roomId });
    home.child.kill("SIGSTOP");
    const refused = join().catch((error: Error) => readErrorCode(error.message).code);
    await wait(STANDS_STILL_MS);
    home.child.kill("SIGCONT");
    expect(await refused).toBe("ROOM_SILENT");
    const ben = await join();
    expect(ben.room.roomId).toBe(ann.room.roomId);
    await ben.leave();
    await ann.leave();
  });
});
