import { randomUUID } from "node:crypto";
import type { Player } from "roomkeep/rooms";
import { type Carrier, countInBag, type ServerMessages } from "roomkeep/shared";
import type { TestPlayer, TestServer } from "roomkeep/testing";
import { MeadowRoom } from "../../games/meadow/room.ts";
import type { Hero } from "../../games/meadow/state.ts";
import type { Stack } from "../../shared/items/stacks.ts";

/** A meadow with a fixed seed and a ground of its own, so that there may be many. */
export class SeededMeadow extends MeadowRoom {
  override seed = 11;
  override zone = `meadow-${randomUUID()}`;
  override persistent = false;
  private gift!: (player: Player<Hero>, what: { template: string; qty: number }) => void;

  protected override onOpen(): void {
    super.onOpen();
    this.gift = this.things.order<{ template: string; qty: number }>("gift", {
      book: ({ claim }, { message: { template, qty }, id }) =>
        template === "coins"
          ? this.ports.items.grantCoins(claim, id, qty, "gift")
          : this.ports.items.grant(claim, id, template, qty, "gift"),
    });
  }

  /** Gives a player an item, as the room would. */
  give(sessionId: string, template: string, qty: number): void {
    const player = this.players.get(sessionId);
    if (player) this.gift(player, { template, qty });
  }

  /** The stacks of a container in the database. */
  booked(container: string): Promise<Stack[]> {
    return this.ports.items.readIn(container);
  }
}

/** Sends a request that the room books; resolves with its answer. */
export async function ask(
  player: TestPlayer,
  type: string,
  payload: object = {},
  request: string = randomUUID(),
) {
  type Told = { request?: string };
  const find = (name: "booked" | "refused") =>
    (player.received.get(name) as Told[] | undefined)?.findLast((told) => told.request === request);
  const before = [find("booked"), find("refused")];
  player.room.send(type, { request, ...payload });
  let answer: Told | undefined;
  await player.until(`an answer to ${type}`, () => {
    answer = [find("booked"), find("refused")].find((told, i) => told && told !== before[i]);
    return answer !== undefined;
  });
  return answer as Partial<ServerMessages["booked"] & ServerMessages["refused"]>;
}

/** Number of an item in a player's bag, as the player's page has it. */
export const counted = (player: TestPlayer, template: string) => countInBag(player.me() as Carrier, template);

/** Id of a stack, as the player's page has it. */
export function stackOf(player: TestPlayer, template: string): string {
  for (const [id, stack] of (player.me() as Carrier).items.entries())
    if (stack.template === template) return id;
  throw new Error(`${player.me().name} has no ${template}`);
}

/** Gives a player an item and waits until it is in the state. */
export async function give(
  world: TestServer,
  player: TestPlayer,
  template: string,
  qty: number,
): Promise<void> {
  const count = () => (template === "coins" ? (player.me() as Carrier).coins : counted(player, template));
  const before = count();
  world.room<SeededMeadow>(player.room.roomId).give(player.room.sessionId, template, qty);
  await player.until(template, () => count() === before + qty);
}
