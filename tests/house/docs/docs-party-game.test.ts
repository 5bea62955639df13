import { readFile } from "node:fs/promises";
import { bootServer } from "roomkeep/testing";
import { expect, it } from "vitest";
import { TriviaRoom } from "../../../docs/examples/trivia/games/trivia/room.ts";
import type { TriviaState } from "../../../docs/examples/trivia/games/trivia/state.ts";
import { type Guest, joinGuest, passTime } from "../../helpers/guests.ts";

const files = new URL("../../../docs/examples/trivia/", import.meta.url);
const page = await readFile(new URL("../../../docs/party-game.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/<!-- (\S+) -->\n```tsx?\n(.*?)\n```/gs)].map(
  ([, file = "", code = ""]) => [file, code] as const,
);

it("shows the files that compile and run, word for word, and no other code", async () => {
  expect(page.match(/^```tsx?$/gm)).toHaveLength(blocks.length);
  expect(blocks).toHaveLength(5);
  for (const [file, code] of blocks)
    expect(code, file).toBe((await readFile(new URL(file, files), "utf8")).trimEnd());
});

it("takes at most 80 lines of the builder's own, and says how many", () => {
  const lines = blocks.flatMap(([, code]) => code.split("\n")).filter((line) => line.trim() !== "").length;
  expect(lines).toBeLessThanOrEqual(80);
  expect(page).toContain(`${lines} lines of your own`);
});

it("is a game that two people play to its scores and once more", async () => {
  const world = await bootServer({ trivia: TriviaRoom });
  const ann = await joinGuest<TriviaState>(world, "trivia", { name: "Ann", create: true });
  const bob = await joinGuest<TriviaState>(world, "trivia", { name: "Bob", code: ann.room.roomId });
  const room = world.room<TriviaRoom>(ann.room.roomId);
  const phase = (player: Guest<TriviaState>, name: string) =>
    player.until(`the phase ${name}`, () => player.room.state.phase === name);
  const points = ({ room: { state }, id }: Guest<TriviaState>) =>
    (state.seats.get(id) as unknown as { points: number }).points;

  for (const player of [ann, bob]) player.send("ready", { ready: true });
  for (const right of ["Eight", "Mercury", "56"]) {
    for (const player of [ann, bob]) await phase(player, "ask");
    expect(bob.room.state.right).toBe("");
    ann.send("answer", { choice: right });
    await ann.until("the own answer", () => ann.room.state.seats.get(ann.id)?.["choice" as never] === right);
    expect(await ann.refused("answer", { choice: "Six" })).toMatchObject({ code: "ACTION_REFUSED" });
    expect(bob.room.state.seats.get(ann.id)?.["choice" as never]).toBeUndefined();
    bob.send("answer", { choice: "no idea" });
    for (const player of [ann, bob]) await phase(player, "reveal");
    expect(bob.room.state.right).toBe(right);
    passTime(room, 6);
  }
  for (const player of [ann, bob]) await phase(player, "scores");
  expect([points(ann), points(bob)]).toEqual([300, 0]);
  ann.send("rematch", {});
  for (const player of [ann, bob]) await phase(player, "ask");
  expect(bob.room.state.question).toContain("spider");
  for (const player of [ann, bob]) player.stop();
  await world.close();
});
