/** A problem in a JSON text, and its line, from 1. */
export interface JsonIssue {
  readonly line: number;
  readonly reason: string;
}

/** Parsed JSON with the line of each value, or what is wrong with the text. */
export type JsonWithPositions =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Line of the value at a path, or of its nearest ancestor that exists. */
      lineOf(path: readonly string[]): number;
    }
  | { readonly ok: false; readonly issue: JsonIssue };

/** Deeper nesting is refused: it is no level, and recursion has an end. */
const DEPTH_MAX = 64;
/** One token: a punctuation mark, a string, or a run of letters and digits. */
const TOKEN = /[\s\ufeff]*(?:([{}[\],:])|("(?:[^"\\\n]|\\.)*")|([^\s{}[\],:"]+))/uy;

/** Thrown within the reader only. */
class Broken extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

interface Token {
  readonly text: string;
  readonly line: number;
}

/**
 * Reads JSON and remembers the line of each value, so that an error can name it. Refuses all that
 * `JSON.parse` refuses, and duplicate keys.
 */
export function readJson(text: string): JsonWithPositions {
  const lines = new Map<string, number>();
  try {
    const next = tokens(text);
    const value = readValue(next(), next, [], lines);
    const rest = next();
    if (rest.text !== "")
      throw new Broken(rest.line, `nothing may follow the last brace, but ${rest.text} does`);
    return { ok: true, value, lineOf: (path) => nearest(lines, path) };
  } catch (error) {
    if (error instanceof Broken) return { ok: false, issue: { line: error.line, reason: error.message } };
    throw error;
  }
}

function nearest(lines: ReadonlyMap<string, number>, path: readonly string[]): number {
  for (let length = path.length; length >= 0; length--) {
    const line = lines.get(keyOf(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return 1;
}

const keyOf = (path: readonly string[]) => JSON.stringify(path);

/** Reads token after token; the last is empty. */
function tokens(text: string): () => Token {
  let at = 0;
  let line = 1;
  return () => {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    const end = found ? TOKEN.lastIndex : text.length;
    const token = found?.[1] ?? found?.[2] ?? found?.[3] ?? "";
    for (let i = at; i < end - token.length; i++) if (text[i] === "\n") line++;
    const rest = found ? "" : text.slice(at).trimStart();
    if (rest.startsWith('"'))
      throw new Broken(lineAt(text, text.length - rest.length), "a text is not closed");
    at = end;
    return { text: token, line };
  };
}

const lineAt = (text: string, index: number) => text.slice(0, index).split("\n").length;

function readValue(token: Token, next: () => Token, path: string[], lines: Map<string, number>): unknown {
  if (path.length > DEPTH_MAX) throw new Broken(token.line, "it is nested too deep");
  lines.set(keyOf(path), token.line);
  if (token.text === "{") return readObject(next, path, lines);
  if (token.text === "[") return readList(next, path, lines);
  return readPlain(token, "a value");
}

function readPlain({ text, line }: Token, wanted: string): unknown {
  if (text === "") throw new Broken(line, `the file ends where ${wanted} should be`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Broken(line, `${text.slice(0, 40)} stands where ${wanted} should be`);
  }
}

function readObject(next: () => Token, path: string[], lines: Map<string, number>): unknown {
  const entries = new Map<string, unknown>();
  let token = next();
  while (token.text !== "}") {
    const key = readPlain(token, "a key in quotes or }");
    if (typeof key !== "string") throw new Broken(token.line, `${token.text} stands where a key should be`);
    if (entries.has(key)) throw new Broken(token.line, `"${key}" stands twice`);
    expectMark(next(), ":");
    entries.set(key, readValue(next(), next, [...path, key], lines));
    lines.set(keyOf([...path, key]), token.line);
    token = separator(next, "}");
  }
  // Not assigned one by one: a key "__proto__" must become a plain key.
  return Object.fromEntries(entries);
}

function readList(next: () => Token, path: string[], lines: Map<string, number>): unknown {
  const list: unknown[] = [];
  let token = next();
  while (token.text !== "]") {
    list.push(readValue(token, next, [...path, String(list.length)], lines));
    token = separator(next, "]");
  }
  return list;
}

/** The token after a comma, or the closing mark. */
function separator(next: () => Token, close: string): Token {
  const token = next();
  if (token.text === close) return token;
  expectMark(token, ",", ` or ${close}`);
  const after = next();
  if (after.text === close) throw new Broken(after.line, `a comma stands before ${close}`);
  return after;
}

function expectMark({ text, line }: Token, mark: string, or = ""): void {
  if (text === mark) return;
  const found = text === "" ? "the file ends" : `${text.slice(0, 40)} stands`;
  throw new Broken(line, `${found} where ${mark}${or} should be`);
}
