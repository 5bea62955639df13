import type { TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SketchState } from "../../../games/sketch/state.ts";
import { joinGuest } from "../../helpers/guests.ts";
import { watch } from "../../rooms/viewers/watch.ts";
import { beginDrawing, bootSketch, gather, type Pad, runOut, split, stroke, untilPhase } from "./pads.ts";

let server: TestServer;
beforeAll(async () => {
  server = await bootSketch();
});
afterAll(() => server.close());

/** No other text of a frame has these in it. */
const OWN = ["zeppelinquark", "marmotparade", "quokkalantern", "walrusfiddle"];

it("has the word in no frame of anybody but the drawer until it is told", async () => {
  const pads = await gather(server, ["Ann", "Bob", "Cy"]);
  const [ann] = pads as [Pad];
  ann.send("words", { text: OWN.join(", ") });
  ann.send("settings", { onlyOwn: true });
  await ann.until("own words", () => ann.room.state.ownWords === 4);
  const screen = await watch(server.url, { as: "screen", code: ann.room.roomId });
  const spectator = await watch(server.url, { as: "spectator", code: ann.room.roomId, name: "Stan" });
  const word = await beginDrawing(pads);
  expect(OWN).toContain(word);
  const { drawer, guessers } = split(pads);
  const [finder, other] = guessers as [Pad, Pad];
  drawer.send("draw", stroke(1));
  drawer.send("chat", { text: `psst, ${word}` });
  finder.send("chat", { text: word });
  await other.until("the find", () => other.room.state.seats.get(finder.id)?.found === true);
  finder.send("chat", { text: `it is ${word}!` });
  await drawer.until("the finder's line", () => drawer.messages("chat").length === 2);
  const late = await joinGuest<SketchState>(server, "people", { name: "Late", code: ann.room.roomId });
  // All letters that are told in the course of the turn.
  for (let left = 60; left > 0; left -= 20) {
    runDown(left);
    await late.until(`${left} s left`, () => late.room.state.secondsLeft <= left);
  }
  await late.until("a letter", () => /[a-z]/u.test(late.room.state.hint));
  const bytesOf = (frames: readonly { bytes: Buffer }[]) =>
    frames.map(({ bytes }) => bytes.toString("latin1"));
  const blind: Record<string, readonly string[]> = {
    other: other.frames,
    late: late.frames,
    screen: bytesOf(screen.frames),
    spectator: bytesOf(spectator.frames),
  };
  for (const [who, frames] of Object.entries(blind)) {
    // The handshake, the full state, and a patch with the letter.
    expect(frames.length, who).toBeGreaterThanOrEqual(3);
    for (const secret of OWN) expect(frames.join("").includes(secret), `${who}: ${secret}`).toBe(false);
  }
  // The same search finds it where it is.
  expect(drawer.frames.join("")).toContain(word);
  runOut(server, ann);
  await untilPhase(other, "reveal");
  expect(other.frames.join("")).toContain(word);
  for (const secret of OWN.filter((one) => one !== word)) expect(other.frames.join("")).not.toContain(secret);

  function runDown(left: number) {
    const room = server.room(ann.room.roomId);
    room.clock.currentTime -= (ann.room.state.secondsLeft - left) * 1_000;
    room.clock.tick();
  }
  for (const pad of [...pads, late]) pad.stop();
  for (const { room } of [screen, spectator]) await room.leave();
});

it("keeps own words for the leader, out of the settings, and counts them", async () => {
  const pads = await gather(server, ["Ann", "Bob"]);
  const [ann, bob] = pads as [Pad, Pad];
  expect(await bob.refused("words", { text: "cat" })).toMatchObject({ code: "NOT_LEADER" });
  expect(await ann.refused("words", { text: "x".repeat(31) })).toMatchObject({ code: "SETTINGS_INVALID" });
  expect(await ann.refused("words", { text: "x".repeat(4_001) })).toMatchObject({ code: "MESSAGE_INVALID" });
  ann.send("words", { text: OWN.join("\n") });
  await bob.until("own words", () => bob.room.state.ownWords === 4);
  for (const pad of pads) for (const secret of OWN) expect(pad.frames.join("")).not.toContain(secret);
  // Others would read it as they guess and at the end.
  const unfit = await ann.refused("words", { text: "lantern, you dyke" });
  expect(unfit).toMatchObject({ code: "ACTION_REFUSED", reason: expect.stringContaining("you dyke") });
  expect(bob.room.state.ownWords).toBe(4);
  ann.send("words", { text: "" });
  await bob.until("no own words", () => bob.room.state.ownWords === 0);
  for (const pad of pads) pad.stop();
});
