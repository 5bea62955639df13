import type { Room } from "colyseus.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { enterRoom, signIn } from "../../bots/index.ts";
import { type Cluster, describeCluster } from "../helpers/cluster.ts";

describeCluster("two processes with a game that is matched by mode", (open) => {
  let cluster: Cluster;
  let urls: string[];
  const joined: Room[] = [];
  beforeAll(async () => {
    cluster = await open();
    const script = ["tests/helpers/servers/modes-server.ts"];
    const processes = await Promise.all([cluster.start({}, script), cluster.start({}, script)]);
    urls = processes.map(({ url }) => url);
  });
  afterAll(async () => {
    await Promise.all(joined.map((room) => room.leave().catch(() => {})));
    await cluster.close();
  });

  const join = async (url: string, options: Record<string, unknown>) => {
    const { token } = await signIn(url, { name: "Ann" });
    const room = await enterRoom(url, "modes", token, { options });
    joined.push(room);
    return room.roomId;
  };

  it("strangers meet by mode, whichever process they ask; who asks for none meets the first", async () => {
    const [one = "", two = ""] = urls;
    const red = await join(one, { mode: "red" });
    const blue = await join(two, { mode: "blue" });
    expect(blue).not.toBe(red);
    expect([await join(two, { mode: "red" }), await join(one, { mode: "blue" })]).toEqual([red, blue]);
    expect([await join(one, {}), await join(two, {})]).toEqual([red, red]);
    for (const url of urls) await expect(join(url, { mode: "green" })).rejects.toThrow(/MATCH_INVALID/);
  });
});
