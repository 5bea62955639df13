import { randomInt } from "node:crypto";
import { defineLobby, definePhases, GameRoom, phaseMessage, type RoomPlayer } from "roomkeep/rooms";
import { type Refusal, refuse } from "roomkeep/shared";
import { z } from "zod";
import { matchmaking } from "../../plugins/matchmaking/index.ts";
import { cardsBots } from "./bot.ts";
import { rateDuel } from "./duel.ts";
import { DECK, dealtTo, fits, pointsOf, rankOf, SKIP, SUITS, suitOf, TAKE_TWO, WILD } from "./rules.ts";
import { type CardsSeat, CardsState, cardsSettings } from "./state.ts";
import { type Before, Table } from "./table.ts";

const nothing = z.strictObject({});
const playMessage = z.strictObject({
  card: z
    .int()
    .min(0)
    .max(DECK - 1),
  suit: z
    .int()
    .min(0)
    .max(SUITS.length - 1)
    .optional(),
});
/** Seconds for which the points of a round are shown, and those of a match. */
const COUNT_S = 8;
const OVER_S = 600;
/** From 0 to 1, so that no hand can be foretold. */
const chance = () => randomInt(2 ** 32) / 2 ** 32;

/** Last Leaf: who gets rid of all cards ends the round, and what others hold counts against them. */
export class CardsRoom extends GameRoom<CardsState> {
  static override readonly listing = {
    label: "Last Leaf",
    description: "Cards for two to six. A match may last for days: come back to it by its code.",
    maxPlayers: 6,
    screens: 1,
    spectators: { max: 20, chat: true },
    lasting: { days: 30 },
  };
  static override readonly bots = cardsBots;
  override state = new CardsState();
  /** The chance of the deal: numbers from 0 to 1. */
  random = chance;
  private readonly table = new Table(this.state, () => this.random());
  /** The table before the last move; undefined: it cannot be taken back. */
  private before: Before | undefined;

  override readonly lobby = defineLobby({ settings: cardsSettings, playersMin: 2 });
  override readonly phases = definePhases({
    lobby: { next: "start" },
    start: { enter: () => this.start() },
    deal: { enter: () => this.deal(), seconds: 1, next: "play" },
    play: {
      who: "turn",
      seconds: () => this.lobby.settings.turnS || Number.POSITIVE_INFINITY,
      messages: {
        play: phaseMessage(playMessage, (player, { card, suit }) => this.play(player, card, suit)),
        draw: phaseMessage(nothing, (player) => this.draw(player)),
        pass: phaseMessage(nothing, (player) => this.pass(player)),
        undo: phaseMessage(
          nothing,
          () => this.askUndo(),
          (player) => this.mayUndo(player),
        ),
      },
      until: () => this.isOut || this.isSkipped,
      next: () => this.afterTurn(),
    },
    undo: {
      seconds: () => this.lobby.settings.undoS,
      who: ({ sessionId }) => sessionId !== this.state.lastBy,
      messages: {
        agree: phaseMessage(z.strictObject({ yes: z.boolean() }), (player, { yes }) =>
          this.agree(player, yes),
        ),
      },
      until: () => this.allAgree,
      exit: () => this.settleUndo(),
      next: "play",
    },
    count: {
      enter: () => this.count(),
      seconds: COUNT_S,
      next: () => (this.state.winner ? "over" : "deal"),
    },
    over: { seconds: OVER_S, next: "lobby", rematch: true },
  });

  protected override onKeep() {
    return { deck: this.table.deck, discards: this.table.discards, before: this.before };
  }
  protected override onRestore(kept: { deck: number[]; discards: number[]; before?: Before }) {
    this.table.deck = kept.deck;
    this.table.discards = kept.discards;
    this.before = kept.before;
  }
  protected override onSeatMoved(from: string, to: string) {
    if (this.state.lastBy === from) this.state.lastBy = to;
    if (this.state.winner === from) this.state.winner = to;
  }

  private start(): void {
    for (const [place, seat] of [...this.state.seats.values()].entries())
      Object.assign(seat, { place, points: 0, gained: 0 });
    Object.assign(this.state, { round: 0, winner: "" });
    this.phases.go("deal");
  }

  private deal(): void {
    const { seats } = this.table;
    this.state.round++;
    this.table.deal(dealtTo(seats.length, this.lobby.settings.cards));
    this.forgetMove();
    this.phases.turn.order = seats.map(({ id }) => id);
    this.phases.turn.give(seats[(this.state.round - 1) % seats.length]?.id ?? "");
  }

  private play(player: RoomPlayer, card: number, suit: number | undefined): Refusal | undefined {
    const seat = this.seatOf(player);
    const at = seat.hand.indexOf(card);
    if (at < 0) return refuse("ACTION_REFUSED", "That card is not in your hand.");
    if (!fits(card, this.state)) return refuse("ACTION_REFUSED", "That card does not fit.");
    const isWild = rankOf(card) === WILD;
    if (isWild && suit === undefined) return refuse("ACTION_REFUSED", "Name a suit for it.");
    this.moved(
      seat,
      isWild ? `wished for ${SUITS[suit ?? 0]}` : `played ${SUITS[suitOf(card)]} ${rankOf(card)}`,
    );
    seat.hand.splice(at, 1);
    seat.count = seat.hand.length;
    this.table.open(card);
    if (isWild) this.state.suit = suit ?? 0;
    if (seat.count > 0) this.passOn(rankOf(card));
    return undefined;
  }

  private draw(player: RoomPlayer): Refusal | undefined {
    const seat = this.seatOf(player);
    if (this.state.drawn) return refuse("ACTION_REFUSED", "You have drawn: play a card, or pass.");
    this.moved(seat, "drew a card");
    this.table.draw(seat);
    this.state.drawn = true;
    return undefined;
  }

  private pass(player: RoomPlayer): Refusal | undefined {
    if (!this.state.drawn) return refuse("ACTION_REFUSED", "Draw a card first.");
    this.moved(this.seatOf(player), "passed");
    this.passOn();
    return undefined;
  }

  /** The turn goes on; a card may cost the next player the own one. */
  private passOn(rank = 0): void {
    this.state.drawn = false;
    if (rank === TAKE_TWO || rank === SKIP) {
      this.nextTurn();
      const hit = this.state.seats.get(this.state.turn);
      if (hit && rank === TAKE_TWO) for (let i = 0; i < 2; i++) this.table.draw(hit);
    }
    this.nextTurn();
  }

  private nextTurn(): void {
    const { turn } = this.phases;
    const at = turn.order.indexOf(turn.current);
    const after = [...turn.order.slice(at + 1), ...turn.order.slice(0, at + 1)];
    const isHere = (id: string) => this.state.seats.get(id)?.away === false;
    const here = this.lobby.settings.absent === "skip" ? after.find(isHere) : undefined;
    turn.give(here ?? after[0] ?? "");
  }

  /** The time is up, or who is away is skipped, or somebody is out. */
  private afterTurn(): "play" | "count" {
    if (this.isOut) return "count";
    const seat = this.state.seats.get(this.state.turn);
    if (seat) this.moved(seat, seat.away ? "is away" : "was too slow");
    if (seat && !seat.away && !this.state.drawn) this.table.draw(seat);
    this.forgetMove(this.state.last);
    this.passOn();
    return "play";
  }

  private get isOut(): boolean {
    const { seats } = this.table;
    return seats.length < 2 || seats.some(({ count }) => count === 0);
  }

  /** The one whose turn it is is away, and another is there to go on. */
  private get isSkipped(): boolean {
    const { seats, turn } = this.state;
    const isAway = seats.get(turn)?.away === true && this.lobby.settings.absent === "skip";
    return isAway && [...seats.values()].some(({ away }) => !away);
  }

  private moved(seat: CardsSeat, what: string): void {
    this.before = this.table.before(seat.place);
    Object.assign(this.state, { last: `${seat.name} ${what}`, lastBy: seat.id, mayUndo: true });
  }

  private forgetMove(last = ""): void {
    this.before = undefined;
    Object.assign(this.state, { drawn: false, last, lastBy: "", mayUndo: false });
  }

  private mayUndo({ sessionId }: RoomPlayer): true | Refusal {
    if (this.state.lastBy !== sessionId) return refuse("TURN_OTHER", "The last move is not yours.");
    return this.state.mayUndo || refuse("ACTION_REFUSED", "The others did not want it taken back.");
  }

  private askUndo(): void {
    for (const seat of this.table.seats) seat.agrees = false;
    this.state.mayUndo = false;
    this.phases.go("undo");
  }

  private agree(player: RoomPlayer, yes: boolean): void {
    if (yes) this.seatOf(player).agrees = true;
    else this.phases.go("play");
  }

  private get allAgree(): boolean {
    return this.table.seats.every(({ id, agrees }) => agrees || id === this.state.lastBy);
  }

  /** The time is up, or all have answered. */
  private settleUndo(): void {
    const { before } = this;
    if (!before || !this.allAgree) return;
    const turn = this.table.seats.find(({ place }) => place === before.turn);
    this.table.restore(before);
    this.forgetMove(`${turn?.name ?? "A player"} took it back`);
    this.state.drawn = before.drawn;
    if (turn) this.phases.turn.give(turn.id);
  }

  private count(): void {
    const { seats } = this.table;
    for (const seat of seats) {
      seat.gained = [...seat.hand].reduce((sum, card) => sum + pointsOf(card), 0);
      seat.points += seat.gained;
    }
    this.phases.turn.give("");
    this.forgetMove(this.state.last);
    const best = [...seats].sort((a, b) => a.points - b.points)[0];
    const isOver = seats.length < 2 || seats.some(({ points }) => points >= this.lobby.settings.limit);
    if (!isOver) return;
    this.state.winner = best?.id ?? "";
    this.rate();
  }

  /** A match that was found by a queue is rated, on a server that has them. */
  private rate(): void {
    const matches = this.findPlugin(matchmaking);
    if (!matches) return;
    const winner = this.players.get(this.state.winner)?.claim.sheet.accountId;
    rateDuel(matches, this.roomId, winner).catch((error: unknown) =>
      this.log.warn({ err: error }, "a match of cards was not rated"),
    );
  }

  private seatOf({ sessionId }: RoomPlayer): CardsSeat {
    return this.state.seats.get(sessionId) as CardsSeat;
  }
}
