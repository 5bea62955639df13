import { type Actor, type Refusal, refuse } from "../../shared/index.ts";
import { roomMessages } from "../../shared/internal.ts";
import type { RoomPlayer } from "../player.ts";
import { findPlayer, type NamedPerson, offeredNames } from "../player-names.ts";
import type { Role } from "../ports/ports.ts";
import type { Viewer } from "../viewers/viewer.ts";
import type { MessageRouter } from "./message-router.ts";

/** The roles, the weakest first: each may do what those before it may. */
export const ROLES: readonly Role[] = ["player", "moderator", "operator", "admin"];

/** An argument of a command: how it is read, and what is offered for it. */
export interface Argument<R> {
  /** Name in the help and in refusals: one word. */
  readonly name: string;
  /**
   * `line`, for the last one: all that follows, blanks and all. `player`: somebody in the room, by name, name
   * and tag, or id; a name may have blanks, and the command gets the session id. `anyone`: the same, viewers
   * included.
   */
  readonly kind: "text" | "line" | "number" | "whole" | "player" | "anyone";
  /** Limits of a number. */
  readonly min?: number;
  /** Greatest number that is taken; see `min`. */
  readonly max?: number;
  /** May be left out; so may all that follow. */
  readonly optional?: boolean;
  /** What may be given, for a text: completed, and all else is refused. */
  // A method, so that a command of any room is one of its own room.
  choices?(room: R): Iterable<string>;
}

/** A command of a room's console. Made by {@link defineCommand}. */
export interface Command<R> {
  /** One word, without the stroke in front of it. */
  readonly name: string;
  /** One line. */
  readonly help: string;
  /** Lowest role that may give it. Default "admin". */
  readonly role?: Role;
  /** True: it changes nothing and is left out of the audit log, because pages repeat it. */
  readonly looks?: boolean;
  /** What follows the name, in order. */
  readonly args?: readonly Argument<R>[];
  /**
   * Runs the command. Values have the types of their arguments: numbers as numbers, absent ones as undefined.
   */
  run(room: R, caller: Caller, values: readonly (string | number | undefined)[]): string | Refusal;
}

/** The player or operator who gives a command, with the role that decides what they may do. */
export interface Caller {
  /** Session id of a player, or the name of an operator in the log. */
  readonly id: string;
  /** Decides which commands may be given. */
  readonly role: Role;
}

/**
 * Declares a command of a room's console. Arguments are checked before it runs, and offered for completion;
 * who lacks the role is refused. What a player may not give is in the audit log.
 *
 * @example
 * const weather = defineCommand<MeadowRoom>({
 *   name: "weather",
 *   help: "Sets the weather.",
 *   args: [{ name: "kind", kind: "text", choices: () => ["sun", "rain"] }],
 *   run: (room, _caller, [kind]) => {
 *     room.state.weather = String(kind);
 *     return `It is ${kind} now.`;
 *   },
 * });
 */
export function defineCommand<R>(command: Command<R>): Command<R> {
  return command;
}

/** The part of a room that arguments of kind `player` look at. */
export interface RoomWithPlayers {
  readonly players?: ReadonlyMap<string, RoomPlayer>;
  readonly viewers?: ReadonlyMap<string, Viewer>;
}

const isPerson = ({ kind }: { readonly kind: string }): boolean => kind === "player" || kind === "anyone";

/** A room's console. */
export interface Console {
  /**
   * Gives a command, with or without its stroke, which is done at once: an answer for the one who gave it, or
   * a refusal that changed nothing. The answer comes when what is audited stands in the audit log;
   * AUDIT_WAITING: it was done, and does not stand there yet.
   *
   * @param isAudited true: whoever asks for it writes its entry
   */
  give(caller: Caller, line: string, isAudited?: boolean): Promise<string | Refusal>;
  /** Whole lines that a line may become, at most twenty. */
  complete(caller: Caller, line: string): string[];
}

/** A command above a player's, for the audit log. */
export interface Audited {
  readonly caller: Caller;
  readonly line: string;
  readonly outcome: "done" | "failed" | Refusal["code"];
}

/** What came of a command: an answer, or what it threw. */
interface Attempt {
  readonly answer?: string | Refusal;
  readonly outcome: Audited["outcome"];
  readonly error?: unknown;
}

const OFFERED_MAX = 20;

/**
 * Opens the console of a room.
 *
 * @param audit writes down each command that a player may not give, done, refused or failed, but not those
 *   that only look
 */
export function openConsole<R extends RoomWithPlayers>(
  room: R,
  commands: readonly Command<R>[],
  audit: (entry: Audited) => Promise<void>,
): Console {
  function peopleFor({ kind }: { readonly kind: string }): ReadonlyMap<string, NamedPerson> {
    const people = new Map<string, NamedPerson>(room.players);
    if (kind === "anyone")
      for (const { sessionId, identity, name } of room.viewers?.values() ?? [])
        people.set(sessionId, { sessionId, claim: { sheet: { id: identity.characterId, name } } });
    return people;
  }
  const byName = new Map<string, Command<R>>();
  const all = [helpOf(byName), ...commands];
  for (const command of all) byName.set(command.name, command);

  async function give(caller: Caller, line: string, isWritten = false): Promise<string | Refusal> {
    const [name = "", ...words] = wordsOf(line);
    const command = byName.get(name);
    if (!command)
      return refuse("COMMAND_UNKNOWN", `There is no command "${name.slice(0, 32)}"; /help lists them.`);
    const isAudited = !isWritten && roleOf(command) !== "player" && !command.looks;
    // Before the first wait: a re-run does it in the same place.
    const { answer, outcome, error } = attempt(command, caller, words);
    const isWaiting = isAudited && (await waits(audit({ caller, line, outcome })));
    if (answer === undefined) throw error;
    return isWaiting ? refuse("AUDIT_WAITING") : answer;
  }

  function attempt(command: Command<R>, caller: Caller, words: readonly string[]): Attempt {
    try {
      const answer = mayGive(caller, command) ? runWith(command, caller, words) : refuse("ROLE_NEEDED");
      return { answer, outcome: typeof answer === "string" ? "done" : answer.code };
    } catch (error) {
      return { outcome: "failed", error };
    }
  }

  function runWith(command: Command<R>, caller: Caller, given: readonly string[]): string | Refusal {
    const args = command.args ?? [];
    const named = namePlayer(args, given);
    if ("code" in named) return named;
    const words = args.at(-1)?.kind === "line" ? joinedFrom(args.length - 1, named) : named;
    if (words.length > args.length) return invalid(command, `at most ${args.length} are taken`);
    const values: (string | number | undefined)[] = [];
    for (const [i, arg] of args.entries()) {
      const word = words[i];
      if (word === undefined && !arg.optional) return invalid(command, `${arg.name} is missing`);
      const problem = word === undefined ? undefined : problemOf(arg, word);
      if (problem) return invalid(command, problem);
      values.push(word === undefined || isText(arg) ? word : Number(word));
    }
    return command.run(room, caller, values);
  }

  /** The words, with the session id of a player in the place of as many as their name has. */
  function namePlayer(args: readonly Argument<R>[], words: readonly string[]): readonly string[] | Refusal {
    const at = args.findIndex(isPerson);
    const arg = args[at];
    if (!arg || words.length <= at) return words;
    const people = peopleFor(arg);
    const after = args.slice(at + 1).filter(({ optional }) => !optional).length;
    let refusal: Refusal | undefined;
    for (let end = Math.max(words.length - after, at + 1); end > at; end--) {
      const found = findPlayer(people, words.slice(at, end).join(" "));
      if (!("code" in found)) return [...words.slice(0, at), found.sessionId, ...words.slice(end)];
      if (found.code === "PLAYER_AMBIGUOUS") return found;
      refusal ??= found;
    }
    return refusal ?? words;
  }

  function problemOf(arg: Argument<R>, word: string): string | undefined {
    if (isText(arg)) {
      const choices = arg.choices ? [...arg.choices(room)] : undefined;
      return choices?.includes(word) === false
        ? `${arg.name} is one of ${choices.slice(0, 12).join(", ")}`
        : undefined;
    }
    const value = Number(word);
    if (!Number.isFinite(value)) return `${arg.name} is a number`;
    if (arg.kind === "whole" && !Number.isSafeInteger(value)) return `${arg.name} is a whole number`;
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = arg;
    return value >= min && value <= max ? undefined : `${arg.name} is from ${min} to ${max}`;
  }

  /** What may stand in the place of the last word, or of the last words of a player's name. */
  function offersFor(caller: Caller, words: readonly string[]) {
    const [name = ""] = words;
    const command = byName.get(name);
    if (words.length <= 1) {
      const names = all.filter((one) => mayGive(caller, one)).map((one) => one.name);
      return { before: [], last: name, offered: names };
    }
    const args = command && mayGive(caller, command) ? (command.args ?? []) : [];
    const at = args.findIndex(isPerson) + 1;
    const person = args[at - 1];
    if (person && words.length > at) {
      const last = words.slice(at).join(" ").trimEnd();
      return { before: words.slice(0, at), last, offered: offeredNames(peopleFor(person)) };
    }
    const last = words.at(-1) ?? "";
    return {
      before: words.slice(0, -1),
      last,
      offered: [...(args[words.length - 2]?.choices?.(room) ?? [])],
    };
  }

  return {
    give,
    complete(caller, line) {
      const words = wordsOf(line);
      if (line.endsWith(" ") || words.length === 0) words.push("");
      const { before, last, offered } = offersFor(caller, words);
      const fitting = offered.filter((one) => startsAlike(one, last)).slice(0, OFFERED_MAX);
      return fitting.map((one) => `/${[...before, one].map(quoted).join(" ")}`);
    },
  };
}

/** True: the entry is not written yet. The log tells why, and it is written later. */
function waits(writing: Promise<void>): Promise<boolean> {
  return writing.then(
    () => false,
    () => true,
  );
}

function helpOf<R>(byName: ReadonlyMap<string, Command<R>>): Command<R> {
  return {
    name: "help",
    help: "Lists the commands, or describes one.",
    role: "player",
    args: [{ name: "command", kind: "text", optional: true, choices: () => byName.keys() }],
    run(_room, caller, [name]) {
      const told = name === undefined ? [...byName.values()] : [byName.get(String(name))];
      return told
        .flatMap((one) => (one && mayGive(caller, one) ? [`${usageOf(one)}  ${one.help}`] : []))
        .join("\n");
    },
  };
}

function usageOf({ name, args = [] }: Pick<Command<never>, "name" | "args">): string {
  return [`/${name}`, ...args.map((arg) => (arg.optional ? `[${arg.name}]` : `<${arg.name}>`))].join(" ");
}

function invalid(command: Pick<Command<never>, "name" | "args">, problem: string): Refusal {
  return refuse("COMMAND_INVALID", `${problem}: ${usageOf(command)}`);
}

const roleOf = ({ role = "admin" }: { readonly role?: Role }): Role => role;

function mayGive(caller: Caller, command: { readonly role?: Role }): boolean {
  return ROLES.indexOf(caller.role) >= ROLES.indexOf(roleOf(command));
}

/** Words between blanks; "double quotes" keep some together. */
function wordsOf(line: string): string[] {
  const words = line
    .trim()
    .replace(/^\//, "")
    .matchAll(/"([^"]*)"?|(\S+)/g);
  return Array.from(words, ([, quotedWord, word]) => quotedWord ?? word ?? "");
}

/** The words from this one on, joined into one; none if there are none. */
function joinedFrom(first: number, words: readonly string[]): string[] {
  const line = words.slice(first).join(" ");
  return [...words.slice(0, first), ...(line ? [line] : [])];
}

const isText = ({ kind }: { readonly kind: string }): boolean => kind !== "number" && kind !== "whole";

const startsAlike = (offered: string, written: string): boolean =>
  offered.toLowerCase().startsWith(written.toLowerCase());

const quoted = (word: string): string => (/\s/.test(word) ? `"${word}"` : word);

/** Actors that `/spawn` may make, by name. */
export type Spawnable = Readonly<Record<string, () => Actor>>;

/** Registers the messages by which players give commands; the answer goes to the player. */
export function registerConsoleMessages<P extends RoomPlayer>(
  router: MessageRouter<P>,
  console: Console,
): void {
  router.on("command", roomMessages.command, async ({ sessionId, role, client }, { line }) => {
    const answer = await console.give({ id: sessionId, role }, line);
    if (typeof answer !== "string") return answer;
    client.send("console", { line, text: answer });
  });
  router.reply("complete", roomMessages.complete, ({ sessionId, role, client }, { line }) => {
    client.send("completions", { line, lines: console.complete({ id: sessionId, role }, line) });
  });
}
