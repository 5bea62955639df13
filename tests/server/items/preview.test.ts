import { randomUUID } from "node:crypto";
import { type ItemTemplates, seeded } from "roomkeep/shared";
import { beforeAll, expect, test } from "vitest";
import { type CarriedItems, type Move, previewMove } from "../../../client/items/inventory-preview.ts";
import type { Stack } from "../../../rooms/ports/items.ts";
import type { Claim } from "../../../rooms/ports/ports.ts";
import { slotsOf } from "../../../server/items/containers.ts";
import { openItems } from "../../../server/items/items.ts";
import type { Database } from "../../../server/storage/database.ts";
import { newGuest, openIncarnation } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const templates: ItemTemplates = {
  herb: { stack: 20 },
  arrow: { stack: 7 },
  hat: { stack: 1, wornAt: 0 },
  boots: { stack: 1, wornAt: 3 },
};
const SLOTS = [undefined, 0, 1, 2, 3, 5, 11, 27, 28, 255];

/** As the page has it: the container without the character's id. */
const carried = (stacks: readonly Stack[]): CarriedItems[] =>
  stacks.flatMap((stack) => {
    const [kind] = stack.container.split(":");
    return kind === "bag" || kind === "equipment" ? [{ ...stack, container: kind }] : [];
  });
/** Without ids: those of a new stack come from the server. */
const seen = (stacks: readonly CarriedItems[]) =>
  stacks.map(({ template, container, slot, qty }) => `${container}${slot} ${template}×${qty}`).sort();

describeOnEachDatabase("what the page shows of a move", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  async function filledBag(): Promise<{ items: ReturnType<typeof openItems>; claim: Claim }> {
    const incarnation = randomUUID();
    const { characterId } = await newGuest(database.ds);
    const characters = await openIncarnation(database.ds, { incarnation });
    const items = openItems(database.ds, { templates, slotsOf }, incarnation);
    const claim = await characters.claim(characterId, { roomId: "meadow-1" });
    for (const [template, qty] of [
      ["herb", 55],
      ["arrow", 30],
      ["hat", 2],
      ["boots", 2],
    ] as const) {
      expect((await items.grant(claim, randomUUID(), template, qty, "test")).ok).toBe(true);
    }
    return { items, claim };
  }

  test("is what the server books, for random moves, and nothing where it refuses", async () => {
    const { items, claim } = await filledBag();
    const random = seeded(23);
    const oneOf = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)] as T;
    let booked = 0;
    let refused = 0;
    for (let i = 0; i < 150; i++) {
      const before = carried(await items.read(claim));
      const { id } = random() < 0.97 ? oneOf(before) : { id: randomUUID() };
      const [slot, qty] = [oneOf(SLOTS), oneOf([undefined, undefined, 1, 4, 20, 21])];
      const to = oneOf(["bag", "bag", "equipment"] as const);
      const move: Move = { id, to, ...(slot !== undefined && { slot }), ...(qty !== undefined && { qty }) };
      const shown = previewMove(before, move, templates);
      const answer = await items.move(claim, randomUUID(), move);
      expect(seen(shown), JSON.stringify({ move, before })).toEqual(seen(carried(await items.read(claim))));
      if (answer.ok) booked += 1;
      else {
        refused += 1;
        expect(shown).toBe(before);
      }
    }
    expect(booked).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(30);
  });
});
