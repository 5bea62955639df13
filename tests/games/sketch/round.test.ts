import type { ServerMessages } from "roomkeep/shared";
import type { TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { unpackPicture } from "../../../games/sketch/picture.ts";
import type { SketchState } from "../../../games/sketch/state.ts";
import { dropGuest, joinGuest } from "../../helpers/guests.ts";
import {
  beginDrawing,
  bootSketch,
  chooseWord,
  gather,
  type Pad,
  runOut,
  split,
  stroke,
  untilPhase,
} from "./pads.ts";

let server: TestServer;
beforeAll(async () => {
  server = await bootSketch();
});
afterAll(() => server.close());

const chat = (pad: Pad) => pad.messages<ServerMessages["chat"]>("chat").map(({ text }) => text);
const leave = (pads: readonly Pad[]) => pads.forEach((pad) => void pad.stop());

it("tells a right guess to nobody, a near one to its guesser alone, and gives points by time", async () => {
  const pads = await gather(server, ["Ann", "Bob", "Cy", "Dee"]);
  const word = await beginDrawing(pads);
  const { drawer, guessers } = split(pads);
  const [bob, cy, dee] = guessers as [Pad, Pad, Pad];
  const near = `${word}s`;
  bob.send("chat", { text: near });
  await bob.until("word of the near miss", () => bob.messages("notice").length > 0);
  bob.send("chat", { text: "no idea" });
  for (const pad of pads) await pad.until("the wrong guess", () => chat(pad).includes("no idea"));
  expect(chat(bob)).toEqual([near, "no idea"]);
  for (const pad of [cy, dee, drawer]) {
    expect(chat(pad)).toEqual(["no idea"]);
    expect(pad.messages("notice")).toEqual([]);
  }

  bob.send("chat", { text: `Is it a ${word.toUpperCase()}?` });
  await cy.until("Bob's find", () => cy.room.state.seats.get(bob.id)?.found === true);
  const early = cy.room.state.seats.get(bob.id)?.gained ?? 0;
  expect(early).toBeGreaterThan(90);
  // Who knows the word talks with those who know it.
  bob.send("chat", { text: `ha, ${word}!` });
  drawer.send("chat", { text: "well done" });
  await drawer.until("the talk of those who know", () => chat(drawer).length === 3);
  await bob.until("the talk of those who know", () => chat(bob).length === 4);
  // A line that spells the word, and is no guess, is read by those who know it.
  const spelt = `${word} ${word} ${word}`;
  cy.send("chat", { text: spelt });
  await bob.until("the line that spells the word", () => chat(bob).includes(spelt));

  cy.send("chat", { text: word });
  await dee.until("Cy's find", () => dee.room.state.seats.get(cy.id)?.found === true);
  expect(chat(dee)).toEqual(["no idea"]);
  expect(chat(cy)).toEqual(["no idea", spelt]);
  dee.send("chat", { text: word });
  await untilPhase(cy, "reveal");
  expect(cy.room.state.answer).toBe(word);
  const gained = (pad: Pad) => cy.room.state.seats.get(pad.id)?.gained ?? 0;
  const mean = Math.round((early + gained(cy) + gained(dee)) / 3);
  expect(cy.room.state.seats.get(drawer.id)).toMatchObject({ gained: mean, points: mean });
  leave(pads);
});

it("lets each draw once in a round, in turn, skips who is away, and ends in scores and a rematch", async () => {
  const pads = await gather(server, ["Ann", "Bob", "Cy"]);
  const [ann, bob, cy] = pads as [Pad, Pad, Pad];
  ann.send("settings", { rounds: 1 });
  await bob.until("the setting", () => bob.room.state.settings.includes('"rounds":1'));
  const drew: string[] = [];
  await beginDrawing(pads);
  drew.push(split(pads).drawer.id);
  // Cy has gone for a while: Bob is next, then there is Cy again.
  runOut(server, ann);
  await untilPhase(ann, "reveal");
  runOut(server, ann);
  await untilPhase(bob, "choose");
  await chooseWord(pads);
  drew.push(split(pads).drawer.id);
  dropGuest(cy, { returns: false });
  await ann.until("Cy away", () => ann.room.state.seats.get(cy.id)?.away === true);
  runOut(server, ann);
  await untilPhase(ann, "reveal");
  runOut(server, ann);
  await untilPhase(ann, "scores");
  expect(drew).toEqual([ann.id, bob.id]);
  expect(ann.room.state.turn).toBe("");

  const kept = ann.room.state.settings;
  expect(await bob.refused("rematch", {})).toMatchObject({ code: "NOT_LEADER" });
  ann.send("rematch", {});
  await untilPhase(ann, "choose");
  expect(ann.room.state).toMatchObject({ round: 1, settings: kept });
  expect([...ann.room.state.seats.values()].map(({ points }) => points)).toEqual([0, 0, 0]);
  leave(pads);
});

it("shows who comes late the drawing so far, and each stroke to all; undo and clear are the drawer's", async () => {
  const pads = await gather(server, ["Ann", "Bob", "Cy"]);
  await beginDrawing(pads);
  const { drawer, guessers } = split(pads);
  const strokesOf = (pad: Pad) => unpackPicture(pad.room.state.picture);
  const untilStrokes = (pad: Pad, count: number) =>
    pad.until(`${count} strokes`, () => strokesOf(pad).length === count);
  for (let number = 1; number <= 3; number++) {
    drawer.send("draw", stroke(number, [number, 10, number, 20], { done: false }));
    drawer.send("draw", stroke(number, [number, 30]));
  }
  for (const pad of pads) await untilStrokes(pad, 3);
  const { roomId: code } = drawer.room;
  const late = await joinGuest<SketchState>(server, "people", { name: "Eve", code });
  expect(strokesOf(late)).toEqual(strokesOf(drawer));
  expect(strokesOf(late)[2]?.points).toEqual([3, 10, 3, 20, 3, 30]);
  for (const type of ["undo", "clear"])
    expect(await guessers[0]!.refused(type, {})).toMatchObject({ code: "TURN_OTHER" });
  // In one patch: a stroke taken back, and another in its place.
  drawer.send("undo", {});
  drawer.send("draw", stroke(3, [900, 900]));
  await late.until("the other stroke", () => strokesOf(late)[2]?.points[0] === 900);
  for (const pad of [...pads, late]) expect(strokesOf(pad)).toHaveLength(3);
  drawer.send("clear", {});
  drawer.send("draw", stroke(4, [1, 1]));
  drawer.send("draw", stroke(5, [2, 2]));
  for (const pad of [...pads, late]) await untilStrokes(pad, 2);
  leave([...pads, late]);
});

it("plays on with bots where the seats are few: they choose, draw and guess", async () => {
  const [ann] = (await gather(server, ["Ann"], "talkative")) as [Pad];
  ann.send("settings", { rounds: 1 });
  await ann.until("the setting", () => ann.room.state.settings.includes('"rounds":1'));
  await beginDrawing([ann]);
  expect([...ann.room.state.seats.values()].filter(({ bot }) => bot)).toHaveLength(2);
  await ann.until("a bot's guess", () => chat(ann).length > 0);
  expect(ann.room.state.phase).toBe("draw");
  runOut(server, ann);
  await untilPhase(ann, "reveal");
  runOut(server, ann);
  await untilPhase(ann, "choose");
  expect(ann.room.state.seats.get(ann.room.state.turn)?.bot).toBe(true);
  await untilPhase(ann, "draw");
  await ann.until("a bot's stroke", () => unpackPicture(ann.room.state.picture).length > 0);
  ann.stop();
});

it("gives the turn on when whoever draws is removed, and the word is told", async () => {
  const [ann] = (await gather(server, ["Ann"], "talkative")) as [Pad];
  await beginDrawing([ann]);
  runOut(server, ann);
  await untilPhase(ann, "reveal");
  runOut(server, ann);
  await untilPhase(ann, "draw");
  const { turn } = ann.room.state;
  ann.send("kick", { id: turn });
  await untilPhase(ann, "reveal");
  expect(ann.room.state.answer).not.toBe("");
  expect(ann.room.state.seats.has(turn)).toBe(false);
  ann.stop();
});
