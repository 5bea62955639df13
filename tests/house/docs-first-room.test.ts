import { readFile } from "node:fs/promises";
import { bootServer } from "roomkeep/testing";
import { expect, it } from "vitest";
import { YardRoom } from "../../server/cli/template/games/yard/room.ts";

/** The yard, with its ball in the test's hands. */
class OpenYard extends YardRoom {
  get ball() {
    return this.space?.loose.get("loose-0")?.body;
  }
}

const template = new URL("../../server/cli/template/", import.meta.url);
const page = await readFile(new URL("../../docs/first-room.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/<!-- (\S+) -->\n```ts\n(.*?)\n```/gs)].map(
  ([, file = "", code = ""]) => [file, code] as const,
);

it("shows the files that `roomkeep new` makes, word for word, and no other code", async () => {
  expect(page.match(/^```ts$/gm)).toHaveLength(blocks.length);
  expect(blocks.map(([file]) => file)).toContain("games/yard/room.ts");
  for (const [file, code] of blocks) {
    expect(code, file).toBe((await readFile(new URL(file, template), "utf8")).trimEnd());
  }
});

it("takes at most 60 lines of the builder's own, and says how many", () => {
  const lines = blocks.flatMap(([, code]) => code.split("\n")).filter((line) => line.trim() !== "").length;
  expect(lines).toBeLessThanOrEqual(60);
  expect(page).toContain(`${lines} lines of your own`);
});

it("is a game that two people play: they see each other, and a ball that crosses the yard is a goal", async () => {
  const world = await bootServer({ yard: OpenYard });
  const ann = await world.join("yard", { name: "Ann" });
  const bob = await world.join("yard", { name: "Bob" });
  expect(bob.room.roomId).toBe(ann.room.roomId);
  const startX = ann.me().x;
  await ann.walk({ moveX: 127 }, 10);
  // 1.2 times the walking speed of 3.4 m/s for half a second, less the time to get going.
  expect(ann.me().x - startX).toBeGreaterThan(1.4);
  await bob.until("Ann to arrive", () => bob.room.state.actors.get(ann.room.sessionId)?.x === ann.me().x);

  const ball = world.room<OpenYard>(ann.room.roomId).ball;
  ball?.position.set(11, 0.5, 0);
  ball?.velocity.set(8, 0, 0);
  ball?.wakeUp();
  const goals = () => (bob.room.state as InstanceType<typeof YardRoom>["state"]).goals;
  await bob.until("the goal", () => goals() === 1);
  expect(bob.received.get("notice")).toEqual([{ code: "GOAL", text: "Goal number 1!" }]);
  await world.close();
});
