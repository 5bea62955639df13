import type { TestServer } from "roomkeep/testing";
import type { CardsRoom } from "../../../games/cards/room.ts";
import { DECK, fits, rankOf, suitOf, WILD } from "../../../games/cards/rules.ts";
import type { CardsState } from "../../../games/cards/state.ts";
import { type Guest, joinGuest } from "../../helpers/guests.ts";

export type Player = Guest<CardsState>;

export const seatOf = ({ room }: Player) => room.state.seats.get(room.sessionId);
export const handOf = (player: Player) => [...(seatOf(player)?.hand ?? [])];

/** Ann and Ben at a table, in the first turn, which is Ann's. */
export async function twoAtTable(
  world: TestServer,
  settings: object = {},
): Promise<{ ann: Player; ben: Player; code: string; room: CardsRoom }> {
  const ann = await joinGuest<CardsState>(world, "cards", { name: "Ann", create: true });
  const code = ann.room.roomId;
  const ben = await joinGuest<CardsState>(world, "cards", { name: "Ben", code });
  ann.send("settings", settings);
  ann.send("start");
  for (const player of [ann, ben]) await player.until("the deal", () => player.room.state.phase === "play");
  return { ann, ben, code, room: world.room<CardsRoom>(code) };
}

/** Lays the table as a test wants it: hands, open card, and the rest in the pile. */
export async function lay(
  room: CardsRoom,
  { top, hands }: { top: number; hands: readonly (readonly [Player, readonly number[]])[] },
): Promise<void> {
  const { state } = room;
  state.top = top;
  state.suit = suitOf(top);
  const used = new Set([top, ...hands.flatMap(([, cards]) => cards)]);
  const { table } = room as unknown as { table: { deck: number[]; discards: number[] } };
  table.deck = Array.from({ length: DECK }, (_, card) => card).filter((card) => !used.has(card));
  table.discards = [];
  state.pile = table.deck.length;
  for (const [player, cards] of hands) {
    const seat = state.seats.get(player.id);
    if (!seat) throw new Error("no seat");
    seat.hand.clear();
    seat.hand.push(...cards);
    seat.count = cards.length;
  }
  for (const [player, cards] of hands)
    await player.until("the cards as laid", () => String(handOf(player)) === String(cards));
}

/** One move of whoever has the turn: a card that fits, else a draw, else a pass. */
export async function move(players: readonly Player[]): Promise<void> {
  const player = players.find(({ room, id }) => room.state.turn === id);
  if (!player) throw new Error("nobody has the turn");
  const { state } = player.room;
  const card = handOf(player).find((one) => fits(one, state));
  const seen = () => JSON.stringify([state.turn, state.phase, state.drawn, state.top, handOf(player)]);
  const before = seen();
  if (card !== undefined) player.send("play", rankOf(card) === WILD ? { card, suit: 0 } : { card });
  else player.send(state.drawn ? "pass" : "draw", {});
  await player.until("the move", () => seen() !== before);
  await Promise.all(
    players.map((one) => one.until("the same turn", () => one.room.state.turn === state.turn)),
  );
}
