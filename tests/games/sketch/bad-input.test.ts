import { CLOSE } from "roomkeep/shared";
import type { TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { unpackPicture } from "../../../games/sketch/picture.ts";
import { joinGuest } from "../../helpers/guests.ts";
import { refusalOf, watch } from "../../rooms/viewers/watch.ts";
import {
  beginDrawing,
  bootSketch,
  chooseWord,
  gather,
  type Pad,
  runOut,
  seatOf,
  split,
  stroke,
  untilPhase,
} from "./pads.ts";

let server: TestServer;
beforeAll(async () => {
  server = await bootSketch();
});
afterAll(() => server.close());

const strokesOf = (pad: Pad) => unpackPicture(pad.room.state.picture).length;

interface Characters {
  readonly characters: readonly [{ id: string; shape: string; color: number }];
}

/** A game in which one draws and two guess; what is done to it must leave it so. */
async function playing() {
  const pads = await gather(server, ["Ann", "Bob", "Cy"]);
  const word = await beginDrawing(pads);
  const { drawer, guessers } = split(pads);
  const playsOn = async () => {
    const before = strokesOf(guessers[0]!);
    await drawer.until("messages to be let through", () => drawer.room.connection.isOpen);
    // Who has drawn too much may draw again in a moment.
    let number = 60_000;
    const drawing = setInterval(() => drawer.send("draw", stroke(number++)), 100);
    await guessers[0]!.until("a stroke", () => strokesOf(guessers[0]!) > before);
    clearInterval(drawing);
    guessers[1]!.send("chat", { text: word });
    await guessers[0]!.until(
      "a find",
      () => guessers[0]!.room.state.seats.get(guessers[1]!.id)?.found === true,
    );
    for (const pad of pads) pad.stop();
  };
  return { pads, drawer, guessers: guessers as [Pad, Pad], word, playsOn };
}

it("a drawing of 10 MB closes the connection that sent it, with 4103, and the others play on", async () => {
  const { drawer, guessers } = await playing();
  const [bob] = guessers;
  drawer.send("draw", stroke(1, Array<number>(5_000_000).fill(1_000)));
  await drawer.until("the end of the connection", () => drawer.closed.length > 0);
  expect(drawer.closed).toEqual([CLOSE.ABUSE]);
  // The seat is given up, so the turn is over.
  await untilPhase(bob, "reveal");
  expect(bob.room.state.seats.has(drawer.id)).toBe(false);
  expect(strokesOf(bob)).toBe(0);
  runOut(server, bob);
  await untilPhase(bob, "choose");
  await chooseWord(guessers);
  const next = split(guessers);
  next.drawer.send("draw", stroke(1));
  await next.guessers[0]!.until("a stroke", () => strokesOf(next.guessers[0]!) === 1);
  for (const pad of guessers) pad.stop();
});

it("a piece with more points than one may have, or off the paper, is MESSAGE_INVALID", async () => {
  const { drawer, guessers, playsOn } = await playing();
  for (const points of [Array<number>(130).fill(5), [5, 1_201]])
    expect(await drawer.refused("draw", stroke(1, points))).toMatchObject({ code: "MESSAGE_INVALID" });
  expect(strokesOf(guessers[0])).toBe(0);
  await playsOn();
});

it("of 50 strokes in a tick those beyond the rate are RATE_LIMITED", async () => {
  const { drawer, guessers, playsOn } = await playing();
  const refused = drawer.refused("draw", stroke(1));
  // More than fifty: a slow machine has time to count some of them as of the next moment.
  for (let number = 2; number <= 80; number++) drawer.send("draw", stroke(number));
  expect(await refused).toMatchObject({ code: "RATE_LIMITED" });
  await guessers[0].until("strokes", () => strokesOf(guessers[0]) >= 40);
  expect(strokesOf(guessers[0])).toBeLessThan(80);
  await playsOn();
});

it("a stroke of who does not draw is TURN_OTHER", async () => {
  const { guessers, playsOn } = await playing();
  expect(await guessers[0].refused("draw", stroke(1))).toMatchObject({ code: "TURN_OTHER" });
  expect(await guessers[0].refused("choose", { choice: "cat" })).toMatchObject({ code: "PHASE_WRONG" });
  expect(strokesOf(guessers[0])).toBe(0);
  await playsOn();
});

it("a guess and a stroke after the time are PHASE_WRONG, and give no points", async () => {
  const { pads, drawer, guessers, word } = await playing();
  runOut(server, drawer);
  await untilPhase(guessers[0], "reveal");
  expect(await guessers[0].refused("chat", { text: word })).toMatchObject({ code: "PHASE_WRONG" });
  expect(await drawer.refused("draw", stroke(1))).toMatchObject({ code: "PHASE_WRONG" });
  expect(seatOf(guessers[0])).toMatchObject({ points: 0, found: false });
  for (const pad of pads) pad.stop();
});

it("a word that was not dealt is no choice", async () => {
  const pads = await gather(server, ["Ann", "Bob", "Cy"]);
  pads[0]!.send("start", {});
  await untilPhase(pads[0]!, "choose");
  const { drawer, guessers } = split(pads);
  await drawer.until("three words", () => seatOf(drawer).choices.length === 3);
  expect(await drawer.refused("choose", { choice: "no such word" })).toMatchObject({
    code: "ACTION_REFUSED",
  });
  expect(await guessers[0]!.refused("choose", { choice: seatOf(drawer).choices.at(0) })).toMatchObject({
    code: "TURN_OTHER",
  });
  for (const pad of pads) pad.stop();
});

it("a name that is changed in play is the name of the next room; here it stays", async () => {
  const { guessers, playsOn } = await playing();
  const [bob] = guessers;
  expect(await bob.refused("name", { name: "Eve" })).toMatchObject({ code: "MESSAGE_UNKNOWN" });
  const accessToken = await accessTokenOf(server.url, bob.token);
  const { characters } = await callApi<Characters>(server.url, "GET", "/v1/characters", { accessToken });
  const { id, shape, color } = characters[0];
  const body = { name: "Somebody", shape, color };
  await callApi(server.url, "PATCH", `/v1/characters/${id}`, { accessToken, body });
  expect(seatOf(bob).name).toBe(guessers[1].room.state.seats.get(bob.id)?.name);
  expect(seatOf(bob).name).not.toBe("Somebody");
  await playsOn();
});

it("a second screen for a code is SCREEN_TAKEN", async () => {
  const { drawer, playsOn } = await playing();
  const code = drawer.room.roomId;
  const screen = await watch(server.url, { as: "screen", code });
  expect(await refusalOf(watch(server.url, { as: "screen", code }))).toBe("SCREEN_TAKEN");
  await playsOn();
  await screen.room.leave();
});

it("the code of a room that has ended is ROOM_UNKNOWN", async () => {
  const [ann] = (await gather(server, ["Ann"])) as [Pad];
  const code = ann.room.roomId;
  await ann.room.leave();
  await expect
    .poll(() => refusalOf(joinGuest(server, "people", { name: "Bob", code })))
    .toMatch(/^(ROOM_UNKNOWN|TICKET_ELSEWHERE)$/u);
});
