import { effect, type Signal, signal } from "@preact/signals";
import type { ServerMessages } from "roomkeep/shared";
import { readStored, writeStored } from "../storage.ts";
import type { GameRoom } from "./predict.ts";
import type { Session } from "./session.ts";

/** A line of the console's screen. `key` grows. */
export interface ConsoleLine {
  readonly key: number;
  /** What one gave, what the room answered, or why it refused. */
  readonly kind: "given" | "answer" | "refused";
  readonly text: string;
}

/** The console of the room that one is in: what it shows and what one can do. */
export interface ConsoleStore {
  readonly lines: Signal<readonly ConsoleLine[]>;
  /** What the line that is being written may become. */
  readonly completions: Signal<readonly string[]>;
  /** Lines that were given, oldest first; kept for this tab. */
  readonly history: readonly string[];
  /** Gives a command. */
  run(line: string): void;
  /** Asks what a line may become; `offers` tells, and so does the answer. */
  complete(line: string): Promise<readonly string[]>;
}

/** What a room refused. */
interface Refused {
  readonly ok: false;
  readonly reason: string;
}

const LINES_MAX = 200;
const HISTORY_MAX = 50;

/**
 * Gives a command in a room. Who may give it the room decides.
 *
 * @returns the room's answer, or why it refused
 */
export async function runCommand(room: GameRoom, line: string): Promise<{ text: string } | Refused> {
  let text = "";
  // The answer is sent before the request is settled.
  const stop = room.onMessage("console", (answer: ServerMessages["console"]) => {
    if (answer.line === line) text = answer.text;
  });
  try {
    const verdict: { ok: true } | Refused = await room.request("command" as never, { line } as never);
    return verdict.ok ? { text } : verdict;
  } catch {
    return { ok: false, reason: "The room did not answer." };
  } finally {
    stop();
  }
}

/** Opens the console of a session; it goes along from room to room. */
export function openConsole(session: Session): ConsoleStore {
  const lines = signal<readonly ConsoleLine[]>([]);
  const offers = signal<readonly string[]>([]);
  const kept = readStored("console", "tab");
  const history: string[] = Array.isArray(kept) ? kept.filter((line) => typeof line === "string") : [];
  let key = 0;
  const show = (kind: ConsoleLine["kind"], text: string) => {
    lines.value = [...lines.value.slice(1 - LINES_MAX), { key: ++key, kind, text }];
  };
  let written = "";
  let answered: (found: readonly string[]) => void = () => {};

  effect(() => {
    session.room.value?.onMessage("completions", (answer: ServerMessages["completions"]) => {
      // Only what fits the line as it is now.
      if (answer.line === written) answered(answer.lines);
    });
  });

  return {
    lines,
    completions: offers,
    history,
    run(text) {
      const line = text.trim();
      const room = session.room.value;
      if (line === "" || line === "/" || !room) return;
      offers.value = [];
      written = "";
      if (history.at(-1) !== line) history.push(line);
      history.splice(0, history.length - HISTORY_MAX);
      writeStored("console", history, "tab");
      show("given", line);
      void runCommand(room, line).then((answer) =>
        "text" in answer ? show("answer", answer.text) : show("refused", answer.reason),
      );
    },
    complete(line) {
      written = line;
      return new Promise((resolve) => {
        answered = (found) => {
          offers.value = found;
          resolve(found);
        };
        session.room.value?.send("complete", { line });
      });
    },
  };
}

/** The longest beginning that all lines have in common. */
export function commonStart(lines: readonly string[]): string {
  const [first = "", ...rest] = lines;
  let length = first.length;
  for (const line of rest) while (!line.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
