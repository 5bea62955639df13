import { effect, type Signal, signal } from "@preact/signals";
import type { ServerMessages } from "../../shared/index.ts";
import type { AnyRoom } from "../room/joined-room.ts";
import { readStored, writeStored } from "../storage.ts";
import type { Session } from "./session.ts";

/** A line of the console. `key` grows. */
export interface ConsoleLine {
  readonly key: number;
  /** The command, the room's answer, or its refusal. Also the CSS class. */
  readonly kind: "given" | "answer" | "refused";
  readonly text: string;
}

/** The console of the open room. */
export interface ConsoleStore {
  readonly lines: Signal<readonly ConsoleLine[]>;
  /** Commands that the written line can be completed to. */
  readonly completions: Signal<readonly string[]>;
  /** Commands that were run, oldest first; stored for this tab. */
  readonly history: readonly string[];
  /** Runs a command. */
  run(line: string): void;
  /** Asks the room for completions of a line. `completions` gets them as well. */
  complete(line: string): Promise<readonly string[]>;
}

/** The refusal of a command. */
interface Refusal {
  readonly ok: false;
  readonly reason: string;
}

const LINES_MAX = 200;
const HISTORY_MAX = 50;

/**
 * Runs a command in a room, if the player's role may.
 *
 * @returns the room's answer, or why it refused
 */
export async function runCommand(room: AnyRoom, line: string): Promise<{ text: string } | Refusal> {
  let text = "";
  // The room sends the answer before it settles the request.
  const stop = room.onMessage("console", (answer: ServerMessages["console"]) => {
    if (answer.line === line) text = answer.text;
  });
  try {
    const result: { ok: true } | Refusal = await room.request("command" as never, { line } as never);
    return result.ok ? { text } : result;
  } catch {
    return { ok: false, reason: "The room did not answer." };
  } finally {
    stop();
  }
}

/** Opens the console of a session. Its lines stay when the room changes. */
export function openConsole(session: Session): ConsoleStore {
  const lines = signal<readonly ConsoleLine[]>([]);
  const completions = signal<readonly string[]>([]);
  const stored = readStored("console", "tab");
  const history: string[] = Array.isArray(stored) ? stored.filter((line) => typeof line === "string") : [];
  let key = 0;
  const show = (kind: ConsoleLine["kind"], text: string) => {
    lines.value = [...lines.value.slice(1 - LINES_MAX), { key: ++key, kind, text }];
  };
  /** The line that completions were last asked for. */
  let written = "";
  let resolveCompletions: (found: readonly string[]) => void = () => {};

  effect(() => {
    session.room.value?.onMessage("completions", (answer: ServerMessages["completions"]) => {
      // An answer to an earlier line is out of date.
      if (answer.line === written) resolveCompletions(answer.lines);
    });
  });

  return {
    lines,
    completions,
    history,
    run(text) {
      const line = text.trim();
      const room = session.room.value;
      if (line === "" || line === "/" || !room) return;
      completions.value = [];
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
        resolveCompletions = (found) => {
          completions.value = found;
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
