import {
  defineBots,
  defineLobby,
  definePhases,
  GameRoom,
  measureRoundTrip,
  phaseMessage,
  type RoomPlayer,
  roundTripMs,
} from "roomkeep/rooms";
import { type Refusal, refuse } from "roomkeep/shared";
import { z } from "zod";
import { leaderboards } from "../../plugins/leaderboards/index.ts";
import { quizBoard } from "./board.ts";
import { Buzzer } from "./buzzer.ts";
import {
  categoriesOf,
  drawQuestions,
  QUESTIONS_FILE,
  type Question,
  readQuestions,
  shuffled,
} from "./questions.ts";
import { BUZZ_PENALTY, pointsFor } from "./rules.ts";
import { quizSettings } from "./settings.ts";
import { type QuizSeat, QuizState } from "./state.ts";

const nothing = z.strictObject({}).optional();
const answer = z.strictObject({ choice: z.int().min(0).max(3) });
const keptShape = z.object({
  questions: z.array(z.custom<Question>()),
  text: z.string(),
  choices: z.array(z.string()),
  right: z.int(),
});

/**
 * A quiz for two to a hundred: questions with four answers, some of them for the first who buzzes. The server
 * knows the right answer, and takes off what a frame travels: nobody wins by a better line.
 *
 * The durations are fields, set by the server only.
 */
export class QuizRoom extends GameRoom<QuizState> {
  static override readonly listing = {
    label: "Quiz",
    description: "Two to a hundred. A screen asks, phones answer.",
    private: true,
    maxPlayers: 100,
    screens: 1,
    spectators: { max: 100 },
  };
  static override readonly bots = defineBots<QuizState>({
    fillTo: 2,
    thinkS: [1, 5],
    bot({ me, state, random }) {
      const mine = state.seats.get(me) as QuizSeat | undefined;
      if (mine?.answered) return undefined;
      if (state.phase === "buzz") return random() < 0.5 ? { type: "buzz", message: {} } : undefined;
      const isAsked = state.phase === "question" || (state.phase === "respond" && state.turn === me);
      return isAsked ? { type: "answer", message: { choice: Math.floor(random() * 4) } } : undefined;
    },
  });
  override state = new QuizState();

  /** The questions, as JSON. */
  questionsFile: URL | string = QUESTIONS_FILE;
  /** Seconds to get ready for a question, to answer after the buzz, to read the answer, of the scores. */
  readyS = 3;
  respondS = 6;
  revealS = 5;
  scoresS = 120;
  /** Seconds for the others to buzz after a wrong answer. */
  buzzAgainS = 5;

  /** The questions of this game that are still to come. */
  private questions: Question[] = [];
  /** Text and choices of the current question, until they are shown, and the place of the right one. */
  private text = "";
  private choices: readonly string[] = [];
  private right = -1;
  /** Points that are told at the reveal: before it they would say which answer is right. */
  private readonly gains = new Map<string, number>();
  private buzzer = new Buzzer();
  private first = "";
  private decision: { clear(): void } | undefined;
  /** When the current question was sent, by this process's clock, ms. */
  private askedMs = 0;

  override readonly lobby = defineLobby({ settings: quizSettings, playersMin: 2, idleS: 600 });
  override readonly phases = definePhases({
    lobby: { next: "ready" },
    ready: {
      enter: () => this.nextQuestion(),
      seconds: () => this.readyS,
      next: () => (this.state.isBuzzer ? "buzz" : "question"),
    },
    question: {
      enter: () => this.ask(),
      seconds: () => this.lobby.settings.seconds,
      messages: { answer: phaseMessage(answer, (player, { choice }) => this.take(player, choice)) },
      until: () => this.allAnswered(),
      next: "reveal",
    },
    buzz: {
      enter: () => this.openBuzzer(),
      seconds: () => (this.someAnswered() ? this.buzzAgainS : this.lobby.settings.seconds),
      messages: { buzz: phaseMessage(nothing, (player) => this.press(player)) },
      exit: () => this.decision?.clear(),
      until: () => this.allAnswered(),
      next: "reveal",
    },
    respond: {
      enter: ({ turn }) => {
        this.show(this.choices);
        turn.give(this.first);
      },
      seconds: () => this.respondS,
      who: "turn",
      messages: { answer: phaseMessage(answer, (player, { choice }) => this.respond(player, choice)) },
      until: () => this.isAnswered(this.first),
      turnDropped: "end",
      exit: ({ turn }) => this.closeResponse(() => turn.give("")),
      next: () => (this.isSolved() || this.allAnswered() ? "reveal" : "buzz"),
    },
    reveal: {
      enter: () => this.reveal(),
      seconds: () => this.revealS,
      next: () => (this.questions.length > 0 ? "ready" : "scores"),
    },
    scores: { enter: () => this.submit(), seconds: () => this.scoresS, next: "lobby", rematch: true },
  });

  /** A mistake in the file of questions is told when the server starts. */
  override check(): void {
    super.check();
    readQuestions(this.questionsFile);
  }

  protected override onOpen(): void {
    this.state.categories.push(...categoriesOf(readQuestions(this.questionsFile)));
  }

  protected override onEnter({ sessionId, client }: RoomPlayer): void {
    measureRoundTrip(client);
    const seat = this.seat(sessionId);
    // Who comes while others think plays from the next question on.
    if (seat && ["question", "buzz", "respond"].includes(this.state.phase)) seat.answered = true;
  }

  protected override onSeatMoved(from: string, to: string): void {
    if (this.first === from) this.first = to;
  }

  protected override onKeep(): z.infer<typeof keptShape> {
    const { questions, text, choices, right } = this;
    return { questions, text, choices: [...choices], right };
  }

  protected override onRestore(kept: unknown): void {
    const { data } = keptShape.safeParse(kept);
    if (data) Object.assign(this, data);
  }

  private nextQuestion(): void {
    const { state } = this;
    if (this.questions.length === 0) this.beginGame();
    const question = this.questions.shift();
    if (!question) return;
    this.text = question.text;
    this.choices = shuffled([question.right, ...question.wrong], Math.random);
    this.right = this.choices.indexOf(question.right);
    this.first = "";
    const { category, buzz } = question;
    Object.assign(state, { number: state.number + 1, category, isBuzzer: buzz, text: "", right: -1 });
    this.show([]);
    for (const seat of state.seats.values()) Object.assign(seat, { answered: false, gained: 0, choice: -1 });
    this.measure();
  }

  private beginGame(): void {
    const { state } = this;
    this.questions = drawQuestions(readQuestions(this.questionsFile), this.lobby.settings, Math.random);
    Object.assign(state, { number: 0, of: this.questions.length });
    for (const seat of state.seats.values()) Object.assign(seat, { points: 0, streak: 0 });
  }

  private ask(): void {
    this.state.text = this.text;
    this.show(this.choices);
    this.askedMs = performance.now();
    this.measure();
  }

  private openBuzzer(): void {
    this.state.text = this.text;
    this.show([]);
    this.buzzer = new Buzzer();
    this.askedMs = performance.now();
    this.measure();
  }

  private press(player: RoomPlayer): Refusal | undefined {
    if (this.isAnswered(player.sessionId)) return refuse("ACTION_REFUSED", "You have answered this one.");
    this.buzzer.press(player.sessionId, performance.now(), this.travelledMs(player));
    this.decide();
    return undefined;
  }

  /** Decides who was first, or looks again when nobody else can have been. */
  private decide(): void {
    this.decision?.clear();
    const others = [...this.players.values()].filter(({ sessionId }) => !this.isAnswered(sessionId));
    const { first, waitMs } = this.buzzer.decide(
      performance.now(),
      others.map((player) => this.travelledMs(player)),
    );
    if (first === undefined) {
      this.decision = this.clock.setTimeout(() => this.decide(), Math.ceil(waitMs));
      return;
    }
    this.first = first;
    this.phases.go("respond");
  }

  private take(player: RoomPlayer, choice: number): Refusal | undefined {
    const seat = this.seat(player.sessionId);
    if (!seat || seat.answered) return refuse("ACTION_REFUSED", "You have answered this one.");
    Object.assign(seat, { answered: true, choice });
    if (choice !== this.right) return undefined;
    const usedMs = performance.now() - this.askedMs - this.travelledMs(player);
    this.gains.set(seat.id, pointsFor(usedMs / (this.lobby.settings.seconds * 1_000), seat.streak));
    return undefined;
  }

  private respond({ sessionId }: RoomPlayer, choice: number): void {
    const seat = this.seat(sessionId);
    if (!seat) return;
    Object.assign(seat, { answered: true, choice });
    if (choice === this.right) this.gains.set(sessionId, pointsFor(0, seat.streak));
    else seat.points = Math.max(0, seat.points - BUZZ_PENALTY);
  }

  /** Who buzzed and says nothing has answered wrong. */
  private closeResponse(takeTurn: () => void): void {
    const seat = this.seat(this.first);
    if (seat && !seat.answered) {
      seat.answered = true;
      seat.points = Math.max(0, seat.points - BUZZ_PENALTY);
    }
    takeTurn();
  }

  private reveal(): void {
    this.state.right = this.right;
    this.show(this.choices);
    for (const seat of this.state.seats.values()) {
      const gained = this.gains.get(seat.id) ?? 0;
      const hasPlayed = gained > 0 || !this.state.isBuzzer || seat.choice >= 0;
      Object.assign(seat, { gained, points: seat.points + gained });
      if (hasPlayed) seat.streak = gained > 0 ? seat.streak + 1 : 0;
    }
    this.gains.clear();
    this.measure();
  }

  /** The points of people go to the board, on a server that has one. */
  private submit(): void {
    const boards = this.findPlugin(leaderboards);
    for (const player of this.players.values()) {
      const { points = 0 } = this.seat(player.sessionId) ?? {};
      if (points > 0) void boards?.submit(player, quizBoard.name, points);
    }
  }

  private show(choices: readonly string[]): void {
    const { state } = this;
    if (state.choices.length === choices.length && choices.every((one, i) => state.choices[i] === one))
      return;
    state.choices.clear();
    state.choices.push(...choices);
  }

  /** How long a player's frames travel: there and back, for the question came by the same way. */
  private travelledMs({ client }: RoomPlayer): number {
    const ms = roundTripMs(client) ?? 0;
    return this.hasScreen() ? ms / 2 : ms;
  }

  /** All look at one screen then, and see the question at the same time. */
  private hasScreen(): boolean {
    return [...this.viewers.values()].some(({ as }) => as === "screen");
  }

  private measure(): void {
    for (const { client } of this.players.values()) measureRoundTrip(client);
  }

  private seat(id: string): QuizSeat | undefined {
    return this.state.seats.get(id);
  }

  private isAnswered(id: string): boolean {
    return this.seat(id)?.answered ?? true;
  }

  private isSolved(): boolean {
    return this.gains.size > 0;
  }

  private allAnswered(): boolean {
    return [...this.state.seats.values()].every(({ answered, away }) => answered || away);
  }

  private someAnswered(): boolean {
    return [...this.state.seats.values()].some(({ answered }) => answered);
  }
}
