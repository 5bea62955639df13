import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { unpackPicture } from "../../../games/sketch/picture.ts";
import {
  beginDrawing,
  gather,
  type Pad,
  PeopleSketchRoom,
  seatOf,
  split,
  stroke,
  untilPhase,
} from "./pads.ts";

/** The room after an edit: a class of its own. */
const edited = () => class extends PeopleSketchRoom {};

let server: TestServer;
beforeAll(async () => {
  server = await bootServer({});
  await server.server.reload({ people: PeopleSketchRoom });
});
afterAll(() => server.close());

it("goes on after an edit with word, picture, own words and time", async () => {
  const pads = await gather(server, ["Ann", "Bob", "Cy"]);
  pads[0]!.send("words", { text: "lighthouse keeper" });
  const word = await beginDrawing(pads);
  const { drawer, guessers } = split(pads);
  const [bob, cy] = guessers as [Pad, Pad];
  drawer.send("draw", stroke(1, [10, 10, 20, 20]));
  await bob.until("a stroke", () => bob.room.state.picture.length === 1);
  const back = pads.map(({ room }) => new Promise<void>((done) => room.onReconnect(() => done())));
  await server.server.reload({ people: edited() });
  await Promise.all(back);
  await drawer.until("the own word", () => seatOf(drawer).word === word);
  expect(drawer.room.state).toMatchObject({ phase: "draw", turn: drawer.id, ownWords: 1 });
  drawer.send("draw", stroke(2, [30, 30]));
  await bob.until("the next stroke", () => unpackPicture(bob.room.state.picture).length === 2);
  for (const pad of guessers) pad.send("chat", { text: word });
  await untilPhase(cy, "reveal");
  expect(seatOf(bob).found && seatOf(cy).found).toBe(true);
  for (const pad of pads) pad.stop();
});
