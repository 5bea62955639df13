import { type Client, Room } from "@colyseus/core";
import { ArraySchema, MapSchema, Schema, type } from "@colyseus/schema";
import { drawQuestions, type Question, readQuestions, shuffled } from "../../games/quiz/questions.ts";
import { pointsFor } from "../../games/quiz/rules.ts";

const QUESTION_S = Number(process.argv[3] ?? 5);

class BareSeat extends Schema {
  @type("string") id = "";
  @type("string") name = "";
  @type("uint8") color = 0;
  @type("boolean") ready = false;
  @type("boolean") away = false;
  @type("boolean") bot = false;
  @type("uint32") points = 0;
  @type("uint8") streak = 0;
  @type("boolean") answered = false;
  @type("uint16") gained = 0;
}

class BareState extends Schema {
  @type("string") phase = "lobby";
  @type("uint32") secondsLeft = 0;
  @type("boolean") paused = false;
  @type("string") turn = "";
  @type("string") leader = "";
  @type("string") settings = "{}";
  @type({ map: BareSeat }) seats = new MapSchema<BareSeat>();
  @type(["string"]) categories = new ArraySchema<string>();
  @type("uint8") number = 0;
  @type("uint8") of = 0;
  @type("string") category = "";
  @type("string") text = "";
  @type(["string"]) choices = new ArraySchema<string>();
  @type("boolean") isBuzzer = false;
  @type("int8") right = -1;
}

/** The quiz of choices, as one writes it with Colyseus alone: no sign-in, no saves, no checks but its own. */
export class BareQuiz extends Room<{ state: BareState }> {
  override autoDispose = false;
  override maxClients = 100;
  override state = new BareState();
  private questions: Question[] = [];
  private readonly gains = new Map<string, number>();
  private readonly chosen = new Map<string, number>();
  private right = -1;
  private next: Question | undefined;
  private askedMs = 0;

  override onCreate(): void {
    this.onMessage("start", () => this.ready());
    this.onMessage("answer", (client, { choice }: { choice: number }) => this.take(client, choice));
  }

  override onJoin({ sessionId }: Client): void {
    const seat = new BareSeat();
    Object.assign(seat, { id: sessionId, name: `Bot ${sessionId}` });
    this.state.seats.set(sessionId, seat);
    this.state.leader ||= sessionId;
  }

  override onLeave({ sessionId }: Client): void {
    this.state.seats.delete(sessionId);
  }

  private ready(): void {
    const { state } = this;
    if (this.questions.length === 0) {
      const wanted = { questions: 8, category: "" };
      this.questions = drawQuestions(
        readQuestions().filter(({ buzz }) => !buzz),
        wanted,
        Math.random,
      );
      Object.assign(state, { number: 0, of: this.questions.length });
      for (const seat of state.seats.values()) Object.assign(seat, { points: 0, streak: 0 });
    }
    this.next = this.questions.shift();
    this.enter("ready", QUESTION_S * 0.2, () => this.ask());
    Object.assign(state, {
      number: state.number + 1,
      category: this.next?.category ?? "",
      text: "",
      right: -1,
    });
    state.choices.clear();
    this.chosen.clear();
    for (const seat of state.seats.values()) Object.assign(seat, { answered: false, gained: 0 });
  }

  private ask(): void {
    const { state, next } = this;
    if (!next) return;
    const choices = shuffled([next.right, ...next.wrong], Math.random);
    this.right = choices.indexOf(next.right);
    state.text = next.text;
    state.choices.push(...choices);
    this.askedMs = performance.now();
    this.enter("question", 15, () => this.reveal());
  }

  private take({ sessionId }: Client, choice: number): void {
    const seat = this.state.seats.get(sessionId);
    if (this.state.phase !== "question" || !seat || seat.answered) return;
    seat.answered = true;
    this.chosen.set(sessionId, choice);
    if (choice === this.right)
      this.gains.set(sessionId, pointsFor((performance.now() - this.askedMs) / 15_000, seat.streak));
    if ([...this.state.seats.values()].every(({ answered }) => answered)) this.reveal();
  }

  private reveal(): void {
    this.state.right = this.right;
    for (const seat of this.state.seats.values()) {
      const gained = this.gains.get(seat.id) ?? 0;
      Object.assign(seat, { gained, points: seat.points + gained, streak: gained > 0 ? seat.streak + 1 : 0 });
    }
    this.gains.clear();
    this.enter("reveal", QUESTION_S * 0.3, () => this.ready());
  }

  private enter(phase: string, seconds: number, then: () => void): void {
    this.clock.clear();
    this.state.phase = phase;
    this.state.secondsLeft = Math.ceil(seconds);
    this.clock.setInterval(() => {
      this.state.secondsLeft = Math.max(0, this.state.secondsLeft - 1);
    }, 1_000);
    this.clock.setTimeout(then, seconds * 1_000);
  }
}

/** A room at rest with Colyseus alone: fields as many as a table of cards has, and no messages but two. */
export class BareTable extends BareQuiz {}
