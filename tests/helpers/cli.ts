import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compiledFolder, scriptArguments } from "../../drills/script-arguments.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = fileURLToPath(new URL("../../server/cli/index.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");

/** A command of ours that runs as a process of its own. */
export interface Running {
  readonly child: ChildProcess;
  /** Its output so far, both streams. */
  output(): string;
  stdout(): string;
  /**
   * Resolves when the output holds the text. Rejects after `ms`, or when the process ends, with the output.
   */
  says(text: string | RegExp, ms?: number): Promise<RegExpMatchArray>;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
}

/** Runs `roomkeep <args>`: from source where it reads a project, which `dev` always does. */
export function roomkeep(args: string[], options: RunOptions = {}): Running {
  if (compiledFolder !== undefined && options.cwd === undefined && args[0] !== "dev")
    return run(process.execPath, [...scriptArguments(cli), ...args], { cwd: compiledFolder, ...options });
  return run(process.execPath, ["--conditions=roomkeep-source", "--import", tsx, cli, ...args], {
    cwd: root,
    ...options,
    // tsx would take the settings of the project that it runs in, and ours need decorators.
    env: { TSX_TSCONFIG_PATH: join(root, "tsconfig.json"), ...options.env },
  });
}

/** Runs a program and collects its output. */
export function run(program: string, args: string[], { cwd, env }: RunOptions = {}): Running {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: "", VITEST: "", NODE_ENV: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let all = "";
  const listeners = new Set<() => void>();
  const wake = () => {
    for (const listener of [...listeners]) listener();
  };
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk;
    all += chunk;
    wake();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    all += chunk;
    wake();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  let over = false;
  void ended.then(() => {
    over = true;
    wake();
  });
  return {
    child,
    ended,
    output: () => all,
    stdout: () => out,
    says: (text, ms = 120_000) =>
      new Promise((resolve, reject) => {
        const pattern =
          typeof text === "string" ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")) : text;
        const finish = (end: () => void) => {
          clearTimeout(timer);
          listeners.delete(look);
          end();
        };
        const look = () => {
          const match = all.match(pattern);
          if (match) finish(() => resolve(match));
          else if (over) finish(() => reject(new Error(`it ended without saying ${text}:\n${all}`)));
        };
        const timer = setTimeout(
          () => finish(() => reject(new Error(`it did not say ${text} in ${ms} ms:\n${all}`))),
          ms,
        );
        listeners.add(look);
        look();
      }),
    async stop(signal = "SIGTERM") {
      if (!over) child.kill(signal);
      return ended;
    },
  };
}
