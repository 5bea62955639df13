import {
  type Bots,
  defineLobby,
  definePhases,
  GameRoom,
  phaseMessage,
  type RoomPlayer,
} from "roomkeep/rooms";
import { type Refusal, refuse, strokeBatch } from "roomkeep/shared";
import { z } from "zod";
import { sketchBots } from "./bots.ts";
import { DRAWABLE } from "./doodles.ts";
import { hintOf, hintPlaces, judge, spells } from "./guess.ts";
import { Picture } from "./picture.ts";
import { pointsFor, pointsOfDrawer } from "./points.ts";
import { type SketchSeat, type SketchSettings, SketchState, sketchSettings } from "./state.ts";
import { dealWords, takeOwnWords } from "./word-box.ts";
import { WORDS } from "./word-list.ts";

const nothing = z.strictObject({}).optional();

/** Fields of a room that are not in its state. */
const keptShape = z.object({
  word: z.string(),
  drawer: z.string(),
  places: z.array(z.int()),
  own: z.array(z.string()),
  used: z.array(z.string()),
});

/**
 * Draw and guess, for three to twelve: one draws a word of three, the others guess it in the chat, and who is
 * early has more points. Bots sit in where there are fewer. The word is in the drawer's own seat and nowhere
 * else until it is revealed.
 *
 * The durations are fields, set by the server only; the time to draw is a setting of the leader.
 *
 * @example
 * export class HastySketchRoom extends SketchRoom {
 *   override chooseS = 5;
 * }
 */
export class SketchRoom extends GameRoom<SketchState> {
  static override readonly listing = {
    label: "Sketch",
    description:
      "One draws, the others guess. Three to twelve, on a screen with phones, or each in a browser.",
    maxPlayers: 12,
    private: true,
    screens: 1,
    spectators: { max: 20 },
  };
  static override readonly bots: Bots | undefined = sketchBots;
  override state = new SketchState();
  // A page sends 20 pieces a second; a stalled connection brings those of two seconds at once.
  override rateLimits = {
    draw: { perSecond: 24, burst: 40 },
    chat: { perSecond: 1.5, burst: 6 },
  };

  // A phone call is longer than a lost connection.
  override seatKeptS = 120;

  /** Seconds to choose a word. */
  chooseS = 15;
  /** Seconds for which the word is shown. */
  revealS = 7;
  /** Seconds of the scores; then the room is back in the lobby. */
  scoresS = 120;

  override readonly lobby = defineLobby<SketchSettings>({
    settings: sketchSettings,
    playersMin: 3,
    idleS: 240,
  });
  override readonly phases = definePhases({
    lobby: {
      messages: {
        words: phaseMessage(
          z.strictObject({ text: z.string().max(4_000) }),
          (_, { text }) => this.takeWords(text),
          "leader",
        ),
      },
      exit: () => this.beginGame(),
      next: "choose",
    },
    choose: {
      seconds: () => this.chooseS,
      who: "turn",
      messages: {
        choose: phaseMessage(z.strictObject({ choice: z.string().max(60) }), (_, { choice }) =>
          this.choose(choice),
        ),
      },
      enter: () => this.beginTurn(),
      until: () => this.word !== "",
      turnDropped: "end",
      next: () => (this.isHere(this.state.turn) ? "draw" : this.nextTurn()),
      playersMin: 2,
      below: "pause",
    },
    draw: {
      seconds: () => this.drawS,
      messages: {
        draw: phaseMessage(strokeBatch, (_, batch) => this.picture.add(batch), "turn"),
        undo: phaseMessage(nothing, () => this.picture.undo(), "turn"),
        clear: phaseMessage(nothing, () => this.picture.clear(), "turn"),
      },
      enter: () => this.beginPicture(),
      // Who draws may lock the phone for a while; the others guess by what is there.
      turnDropped: "wait",
      until: () => this.state.turn !== this.drawer || this.isFoundByAll(),
      next: "reveal",
      playersMin: 2,
      below: "pause",
    },
    reveal: { seconds: () => this.revealS, enter: () => this.reveal(), next: () => this.nextTurn() },
    scores: {
      seconds: () => this.scoresS,
      enter: () => this.endGame(),
      exit: () => this.beginGame(),
      next: "lobby",
      rematch: true,
    },
  });

  private picture = new Picture(this.state.picture);
  /** The word that is drawn; empty until it is chosen. */
  private word = "";
  /** Whose picture it is. */
  private drawer = "";
  /** Places of the letters that are told by and by. */
  private places: readonly number[] = [];
  private own: readonly string[] = [];
  /** Words that had their turn in this room. */
  private readonly used = new Set<string>();

  /** Seconds to draw a picture. */
  protected get drawS(): number {
    return this.lobby.settings.seconds;
  }

  protected override onOpen(): void {
    this.observe(() => this.tellLetters(), ["secondsLeft"]);
  }

  protected override onSeatMoved(from: string, to: string): void {
    if (this.drawer === from) this.drawer = to;
  }

  protected override onKeep(): z.infer<typeof keptShape> {
    const { word, drawer, places, own, used } = this;
    return { word, drawer, places: [...places], own: [...own], used: [...used] };
  }

  protected override onRestore(kept: unknown): void {
    this.picture = new Picture(this.state.picture);
    const { data } = keptShape.safeParse(kept);
    if (!data) return;
    const { used, ...fields } = data;
    Object.assign(this, fields);
    for (const word of used) this.used.add(word);
  }

  /** A line is a guess while somebody draws. Who knows the word talks with those who know it, too. */
  protected override onChat(player: RoomPlayer, line: string) {
    const { phase, paused } = this.state;
    const seat = this.state.seats.get(player.sessionId);
    if (phase === "reveal" && seat && !this.knows(seat) && judge(line, this.word) === "right")
      return refuse("PHASE_WRONG", "That is right, but the time is up.");
    if (!seat || (phase !== "choose" && phase !== "draw")) return undefined;
    if (this.knows(seat)) return { to: this.knowing() };
    if (phase === "choose") return undefined;
    const verdict = judge(line, this.word);
    if (verdict === "right") return paused ? refuse("GAME_PAUSED") : this.find(seat);
    if (verdict === "near") {
      player.client.send("notice", { code: "GUESS_NEAR", text: `“${line.slice(0, 40)}” is close!` });
      return { to: [player] };
    }
    return spells(line, this.word) ? { to: [player, ...this.knowing()] } : undefined;
  }

  private takeWords(text: string): Refusal | undefined {
    const words = takeOwnWords(text);
    if ("code" in words) return words;
    const unfit = words.find((word) => this.masked(word) !== word);
    if (unfit) return refuse("ACTION_REFUSED", `“${unfit}” cannot be shown to others: take it out.`);
    this.own = words;
    this.state.ownWords = words.length;
    return undefined;
  }

  private beginGame(): void {
    this.state.round = 0;
    this.clearTurn();
    for (const seat of this.state.seats.values()) seat.points = 0;
  }

  private endGame(): void {
    this.phases.turn.give("");
  }

  /** Nothing is left of the turn before. */
  private clearTurn(): void {
    const { state } = this;
    this.word = "";
    state.hint = "";
    state.answer = "";
    this.picture.clear();
    for (const seat of state.seats.values()) {
      seat.gained = 0;
      seat.found = false;
      seat.word = "";
      seat.choices.clear();
    }
  }

  private beginTurn(): void {
    const { state } = this;
    this.clearTurn();
    if (state.round === 0 || this.waiting().length === 0) {
      state.round++;
      for (const seat of state.seats.values()) seat.drew = false;
    }
    const [next] = this.waiting();
    this.drawer = next?.id ?? "";
    this.phases.turn.give(this.drawer);
    if (!next) return;
    next.drew = true;
    const { onlyOwn } = this.lobby.settings;
    const from = next.bot ? DRAWABLE : WORDS;
    next.choices.push(...dealWords({ from, own: this.own, onlyOwn, used: this.used }));
  }

  private choose(choice: string): Refusal | undefined {
    const { choices } = this.state.seats.get(this.drawer) ?? {};
    if (!choices?.includes(choice)) return refuse("ACTION_REFUSED", "That is none of your three words.");
    this.word = choice;
    return undefined;
  }

  private beginPicture(): void {
    const seat = this.state.seats.get(this.drawer);
    this.word ||= seat?.choices.at(0) ?? WORDS[0] ?? "";
    this.used.add(this.word);
    this.places = hintPlaces(this.word, Math.random);
    this.state.hint = hintOf(this.word, new Set());
    if (!seat) return;
    seat.choices.clear();
    seat.word = this.word;
  }

  /** Letters are told in even steps; none in the first and the last part of the time. */
  private tellLetters(): void {
    const { phase, secondsLeft } = this.state;
    if (phase !== "draw") return;
    const passed = 1 - secondsLeft / this.drawS;
    const count = Math.floor(passed * (this.places.length + 2)) - 1;
    this.state.hint = hintOf(this.word, new Set(this.places.slice(0, Math.max(0, count))));
  }

  /** Nobody but its finder is told of a right guess. */
  private find(seat: SketchSeat): { to: RoomPlayer[] } {
    seat.found = true;
    seat.gained = pointsFor(this.state.secondsLeft, this.drawS);
    if (this.isFoundByAll()) this.phases.end();
    return { to: [] };
  }

  private reveal(): void {
    const { state } = this;
    const seats = [...state.seats.values()];
    const drawer = state.seats.get(this.drawer);
    if (drawer) drawer.gained = pointsOfDrawer(seats.filter((seat) => seat !== drawer));
    for (const seat of seats) seat.points += seat.gained;
    state.answer = this.word;
  }

  private nextTurn(): "choose" | "scores" {
    const isLast = this.waiting().length === 0 && this.state.round >= this.lobby.settings.rounds;
    return isLast ? "scores" : "choose";
  }

  /** Who draws in this round yet, in their order; who is away is skipped. */
  private waiting(): SketchSeat[] {
    const { seats } = this.state;
    return this.phases.turn.order.flatMap((id) => {
      const seat = seats.get(id);
      return seat && !seat.away && !seat.drew ? [seat] : [];
    });
  }

  private isHere(id: string): boolean {
    return this.state.seats.get(id)?.away === false;
  }

  private knows({ id, found }: SketchSeat): boolean {
    return found || id === this.state.turn;
  }

  private knowing(): RoomPlayer[] {
    return [...this.players.values()].filter(({ sessionId }) => {
      const seat = this.state.seats.get(sessionId);
      return seat !== undefined && this.knows(seat);
    });
  }

  /** The bots are waited for only where nobody else guesses. */
  private isFoundByAll(): boolean {
    const guessing = [...this.state.seats.values()].filter(({ id, away }) => id !== this.drawer && !away);
    const people = guessing.filter(({ bot }) => !bot);
    const all = people.length > 0 ? people : guessing;
    return all.length > 0 && all.every(({ found }) => found);
  }
}
