import { z } from "zod";
import { RoomkeepError } from "../../../shared/index.ts";
import { slotsOf } from "../../items/containers.ts";
import { bookByOperator, type OperatorChange } from "../../items/operator-bookings.ts";
import { findCharacter } from "../../moderation/players/player-view.ts";
import { REASON_MAX } from "../../moderation/sanctions.ts";
import { accountBeneath } from "../accounts.ts";
import { defineOperation, type OperationContext } from "../operation.ts";
import { tellRoom } from "../run/tell-room.ts";

const common = {
  character: z.uuid().meta({ description: "id of the character" }),
  request: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/)
    .meta({ description: "1 to 64 characters of your own: a repetition with the same ones books nothing" }),
  reason: z.string().trim().min(1).max(REASON_MAX).meta({ description: "for the ledger" }),
};
const booked = z.object({
  coins: z.number(),
  stacks: z.array(
    z.object({ id: z.uuid(), container: z.string(), template: z.string(), slot: z.int(), qty: z.int() }),
  ),
  repeated: z.boolean().meta({ description: "true: it was booked before, and this is the first answer" }),
  room: z.string().nullable().meta({ description: "room that is told; null: the character is in none" }),
});
const codes = [
  "CHARACTER_MISSING",
  "CHARACTER_DEAD",
  "ITEM_MISSING",
  "ITEM_UNKNOWN",
  "QUANTITY_INVALID",
  "NOT_ENOUGH",
  "NO_SPACE",
  "REQUEST_REUSED",
] as const;

/** Books in the transaction of the operation; the room that has the character follows. */
async function bookOne(
  context: OperationContext,
  { character, request, reason }: { character: string; request: string; reason: string },
  change: OperatorChange,
): Promise<z.output<typeof booked>> {
  const { accountId, room } = await findCharacter(context.db, character);
  await accountBeneath(context, accountId);
  const rules = context.services?.itemRules ?? { templates: {}, slotsOf };
  const { accountId: by } = context.by;
  const answer = await bookByOperator(context.db, rules, {
    characterId: character,
    request,
    change,
    reason,
    by,
  });
  tellRoom(context, room, "itemsBooked", [character]);
  return {
    coins: answer.coins[character] ?? 0,
    stacks: answer.stacks.map((stack) => ({ ...stack, container: stack.container.split(":", 1)[0] ?? "" })),
    repeated: answer.repeated ?? false,
    room,
  };
}

/** Books coins. */
export const bookCoins = defineOperation({
  name: "items.coins",
  summary: "Give coins to a character, or take some by an amount below 0, as a booking of the ledger",
  permission: "items",
  kind: "write",
  params: z.object({
    ...common,
    coins: z.int().refine((coins) => coins !== 0, "is 0"),
  }),
  result: booked,
  codes,
  run: (context, { coins, ...asked }) => bookOne(context, asked, { coins }),
  text: ({ coins }) => [`It has ${coins} coins now.`],
});

/** Books items into a container. */
export const grantItems = defineOperation({
  name: "items.grant",
  summary: "Give items to a character, as a booking of the ledger",
  permission: "items",
  kind: "write",
  params: z.object({
    ...common,
    template: z.string().min(1).max(64),
    qty: z.int().min(1),
    into: z.enum(["bag", "bank", "mail"]).default("bag"),
  }),
  result: booked,
  codes: [...codes, "SERVER_NEEDED"],
  async run(context, { template, qty, into, ...asked }) {
    // The games say what an item is.
    if (!context.services) throw new RoomkeepError("SERVER_NEEDED");
    return bookOne(context, asked, { template, qty, into });
  },
});

/** Takes items away. */
export const takeItems = defineOperation({
  name: "items.take",
  summary: "Take items from a character, as a booking of the ledger",
  permission: "items",
  kind: "write",
  params: z.object({ ...common, stack: z.uuid(), qty: z.int().min(1) }),
  result: booked,
  codes,
  run: (context, { stack, qty, ...asked }) => bookOne(context, asked, { stack, qty }),
});

/** Kinds of items. */
export const listTemplates = defineOperation({
  name: "items.templates",
  summary: "The kinds of items of the games of this server",
  permission: "look",
  kind: "read",
  params: z.object({}),
  result: z.object({
    templates: z.array(z.object({ name: z.string(), stack: z.int(), wornAt: z.int().nullable() })),
  }),
  codes: ["SERVER_NEEDED"],
  async run({ services }) {
    if (!services) throw new RoomkeepError("SERVER_NEEDED");
    const { templates } = services.itemRules;
    const list = Object.entries(templates).map(([name, { stack, wornAt = null }]) => ({
      name,
      stack,
      wornAt,
    }));
    return { templates: list.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  },
});
