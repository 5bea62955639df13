// A server process with its page, whose quiz has three questions with answers that a test knows.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig, startServer } from "roomkeep/server";
import { QuizRoom } from "../../../games/quiz/room.ts";
import { stopOnSignal, tellParent } from "../../../server/cli/start.ts";

const folder = process.env.ROOMKEEP_DATA_DIR ?? mkdtempSync(join(tmpdir(), "roomkeep-quiz-"));
const questionsFile = join(folder, "..", "quiz-questions.json");
const question = (text: string, buzz: boolean) => ({
  category: "Lighthouses",
  text,
  right: "The keeper",
  wrong: ["The gull", "The harbour master", "Nobody at all"],
  buzz,
});
const texts = ["Who lights the lamp?", "Who climbs the stairs?", "Who counts the ships?"];
writeFileSync(questionsFile, JSON.stringify({ questions: texts.map((text) => question(text, false)) }));

class ShortQuizRoom extends QuizRoom {
  override questionsFile = questionsFile;
  override readyS = 2;
  override revealS = 3;
}

const page = fileURLToPath(new URL("../../../dist/page", import.meta.url));
const server = await startServer({ quiz: ShortQuizRoom }, readConfig(process.env), page);
stopOnSignal(server);
tellParent(server);
