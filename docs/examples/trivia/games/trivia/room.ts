import { definePhases, GameRoom, phaseMessage } from "roomkeep/rooms";
import { z } from "zod";
import { TriviaState } from "./state.ts";

const QUESTIONS = [
  { question: "How many legs has a spider?", answers: ["Six", "Eight", "Ten"], right: "Eight" },
  {
    question: "Which planet is nearest to the sun?",
    answers: ["Venus", "Mars", "Mercury"],
    right: "Mercury",
  },
  { question: "What is 7 × 8?", answers: ["54", "56", "63"], right: "56" },
];
const answer = z.strictObject({ choice: z.string().max(40) });

export class TriviaRoom extends GameRoom<TriviaState> {
  static override readonly listing = { label: "Trivia", description: "", maxPlayers: 20, screens: 1 };
  override state = new TriviaState();
  private left = [...QUESTIONS];
  private readonly seats = () => [...this.state.seats.values()];
  override readonly phases = definePhases({
    lobby: { next: "ask" },
    ask: {
      enter: () => this.ask(),
      seconds: 15,
      who: ({ sessionId }) => this.state.seats.get(sessionId)?.choice === "",
      messages: { answer: phaseMessage(answer, (player, { choice }) => this.take(player.sessionId, choice)) },
      until: () => this.seats().every(({ choice, away }) => choice !== "" || away),
      next: "reveal",
    },
    reveal: { enter: () => this.reveal(), seconds: 5, next: () => (this.left.length > 0 ? "ask" : "scores") },
    scores: { exit: () => this.left.push(...QUESTIONS), seconds: 30, next: "lobby", rematch: true },
  });

  private ask() {
    const { question = "", answers = [] } = this.left[0] ?? {};
    this.state.assign({ question, right: "" }).answers.splice(0, 3, ...answers);
    for (const seat of this.seats()) seat.choice = "";
  }
  private take(id: string, choice: string) {
    this.state.seats.get(id)?.assign({ choice });
  }
  private reveal() {
    this.state.right = this.left.shift()?.right ?? "";
    for (const seat of this.seats()) if (seat.choice === this.state.right) seat.points += 100;
  }
}
