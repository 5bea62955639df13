import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootServer } from "roomkeep/testing";
import { expect, test } from "vitest";
import { quizBoard } from "../../games/quiz/board.ts";
import { QuizRoom } from "../../games/quiz/room.ts";
import type { QuizState } from "../../games/quiz/state.ts";
import { leaderboards } from "../../plugins/leaderboards/index.ts";
import { joinGuest, passTime } from "../helpers/guests.ts";

test("the points of a game of the quiz come to the board, of those who have any", async () => {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-quiz-board-"));
  const questionsFile = join(folder, "one.json");
  const question = { category: "Test", text: "Which?", right: "This", wrong: ["a", "b", "c"] };
  writeFileSync(questionsFile, JSON.stringify({ questions: [question] }));
  class ShortQuiz extends QuizRoom {
    override questionsFile = questionsFile;
  }
  const plugins = [leaderboards.with({ boards: [quizBoard] })];
  const world = await bootServer({ quiz: ShortQuiz }, { plugins });
  try {
    const ann = await joinGuest<QuizState>(world, "quiz", { name: "Ann", create: true });
    const bob = await joinGuest<QuizState>(world, "quiz", { name: "Bob", code: ann.room.roomId });
    const room = world.room<QuizRoom>(ann.room.roomId);
    const phase = (name: string) => ann.until(name, () => ann.room.state.phase === name);
    ann.send("start");
    await phase("ready");
    passTime(room, 4);
    await phase("question");
    const { right } = room as unknown as { right: number };
    ann.send("answer", { choice: right });
    bob.send("answer", { choice: (right + 1) % 4 });
    await phase("reveal");
    passTime(room, 6);
    await phase("scores");
    const points = room.state.seats.get(ann.id)?.points ?? 0;
    expect(points).toBeGreaterThan(0);
    const { top } = world.server.foundation.plugins.api(leaderboards);
    await expect
      .poll(async () => (await top(quizBoard.name)).places)
      .toMatchObject([{ name: "Ann", score: points }]);
    ann.stop();
    bob.stop();
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
