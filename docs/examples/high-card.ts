import { t } from "@colyseus/schema";
import { defineBots, defineLobby, definePhases, GameRoom, phaseMessage } from "roomkeep/rooms";
import { defineGameState, own, refuse, Seat } from "roomkeep/shared";
import { z } from "zod";

const points = t.uint8().default(0);
const hand = own(t.array("uint8")); // each player sees the own hand alone
export const CardSeat = Seat.extend({ points, hand }, "CardSeat");
const fields = { table: t.map("uint8") }; // the cards of this trick, by the ids of the seats
export const HighCardState = defineGameState("HighCardState", { seat: CardSeat, fields });
export type HighCardState = InstanceType<typeof HighCardState>;

/** Everybody plays a card at once; the highest takes the point. */
export class HighCardRoom extends GameRoom<HighCardState> {
  static override readonly listing = { label: "High card", description: "For two to six.", maxPlayers: 6 };
  static override readonly bots = defineBots<HighCardState>({
    fillTo: 2,
    bot({ me, state, random }) {
      const cards = state.seats.get(me)?.hand ?? [];
      if (state.phase !== "play" || state.table.has(me)) return undefined;
      return { type: "play", message: { card: cards[Math.floor(random() * cards.length)] } };
    },
  });
  override state = new HighCardState();
  override readonly lobby = defineLobby({
    settings: z.object({ tricks: z.int().min(1).max(10).default(3) }),
  });
  override readonly phases = definePhases({
    lobby: { next: "deal" },
    deal: { enter: () => this.deal(), seconds: 1, next: "play" },
    play: {
      seconds: 20,
      messages: {
        play: phaseMessage(z.strictObject({ card: z.int() }), (me, { card }) => this.play(me, card)),
      },
      until: () => this.state.table.size === this.state.seats.size,
      exit: () => this.score(),
      next: () => ([...this.state.seats.values()].some((seat) => seat.hand.length > 0) ? "play" : "scores"),
    },
    scores: { seconds: 30, next: "lobby", rematch: true },
  });
  private deal() {
    for (const seat of this.state.seats.values()) {
      seat.points = 0;
      seat.hand.clear();
      for (let i = 0; i < this.lobby.settings.tricks; i++) seat.hand.push(1 + Math.floor(Math.random() * 99));
    }
  }
  private play({ sessionId }: { sessionId: string }, card: number) {
    const cards = this.state.seats.get(sessionId)?.hand;
    const at = cards?.indexOf(card) ?? -1;
    if (at < 0 || this.state.table.has(sessionId)) return refuse("ACTION_REFUSED", "Not that card.");
    cards?.splice(at, 1);
    this.state.table.set(sessionId, card);
  }
  private score() {
    const [best] = [...this.state.table].sort(([, a], [, b]) => b - a);
    const winner = this.state.seats.get(best?.[0] ?? "");
    if (winner) winner.points++;
    this.state.table.clear();
  }
}
