import { t } from "@colyseus/schema";
import { GameRoom, type RoomPlayer } from "roomkeep/rooms";
import { defineGameState, own, Seat } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { dropGuest, type Guest, joinGuest } from "../../helpers/guests.ts";

const HandSeat = Seat.extend(
  { word: own(t.string().default("")), hand: own(t.array("string")), count: t.uint8().default(0) },
  "SecretHandSeat",
);
const HandState = defineGameState("SecretHandState", { seat: HandSeat });
type HandState = InstanceType<typeof HandState>;

/** Each draws cards that nobody else sees. */
class HandRoom extends GameRoom<HandState> {
  static override readonly listing = { label: "Hands", description: "", maxPlayers: 4 };
  override state = new HandState();
  protected override onEnter({ sessionId, name }: RoomPlayer): void {
    const seat = this.state.seats.get(sessionId);
    if (seat) seat.word = `word-of-${name}`;
  }
  protected override onOpen(): void {
    this.on("draw", z.strictObject({ card: z.string().max(40) }), ({ sessionId }, { card }) => {
      const seat = this.state.seats.get(sessionId);
      seat?.hand.push(card);
      if (seat) seat.count++;
    });
  }
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ hands: HandRoom });
});
afterAll(() => world.close());

const mine = ({ room, id }: Guest<HandState>) => room.state.seats.get(id);
const of = (seen: Guest<HandState>, whose: Guest<HandState>) => seen.room.state.seats.get(whose.id);

test("a seat's own fields are in no frame of another player, and in those of its player after a return too", async () => {
  const ann = await joinGuest<HandState>(world, "hands", { name: "Ann", create: true });
  const bob = await joinGuest<HandState>(world, "hands", { name: "Bob", code: ann.room.roomId });
  await ann.until("the own word", () => mine(ann)?.word === "word-of-Ann");
  ann.send("draw", { card: "ace-of-hearts" });
  await ann.until("the card", () => mine(ann)?.hand.includes("ace-of-hearts") === true);
  await bob.until("that there is one", () => of(bob, ann)?.count === 1);

  dropGuest(ann);
  await bob.until("Ann to drop", () => of(bob, ann)?.away === true);
  await bob.until("Ann to be back", () => of(bob, ann)?.away === false);
  ann.send("draw", { card: "ten-of-spades" });
  await ann.until("both cards", () => mine(ann)?.hand.length === 2);
  const cleo = await joinGuest<HandState>(world, "hands", { name: "Cleo", code: ann.room.roomId });
  await cleo.until("the count", () => of(cleo, ann)?.count === 2);

  for (const other of [bob, cleo]) {
    expect(other.frames.join("")).not.toMatch(/word-of-Ann|ace-of-hearts|ten-of-spades/);
    expect(of(other, ann)).toMatchObject({ name: "Ann", count: 2 });
    expect(of(other, ann)?.word || "").toBe("");
  }
  expect(ann.frames.join("")).not.toMatch(/word-of-(Bob|Cleo)/);
  // What is looked for is found where it belongs.
  expect(ann.frames.join("")).toContain("ace-of-hearts");
  expect(bob.frames.join("")).toContain("word-of-Bob");
});
