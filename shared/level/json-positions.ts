import { type JSONPath, type ParseErrorCode, printParseErrorCode, visit } from "jsonc-parser";

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

/** Thrown within the reader only. */
class Broken extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/**
 * Reads JSON and remembers the line of each value, so that an error can name it. Refuses all that
 * `JSON.parse` refuses, and duplicate keys. A byte order mark is skipped.
 */
export function readJson(text: string): JsonWithPositions {
  const json = text.replace(/^\ufeff/, "");
  try {
    const lines = linesOf(json);
    return { ok: true, value: JSON.parse(json), lineOf: (path) => nearest(lines, path) };
  } catch (error) {
    if (error instanceof Broken) return { ok: false, issue: { line: error.line, reason: error.message } };
    throw error;
  }
}

/** The line of each place, by its path. @throws Broken at the first that is wrong */
function linesOf(json: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const enter = (line: number, path: JSONPath) => {
    if (path.length > DEPTH_MAX) throw new Broken(line + 1, "it is nested too deep");
    // A member has the line of its key.
    if (!lines.has(keyOf(path))) lines.set(keyOf(path), line + 1);
  };
  visit(
    json,
    {
      onObjectBegin: (_offset, _length, line, _column, path) => enter(line, path()),
      onArrayBegin: (_offset, _length, line, _column, path) => enter(line, path()),
      onLiteralValue: (_value, _offset, _length, line, _column, path) => enter(line, path()),
      onObjectProperty(key, _offset, _length, line, _column, path) {
        const member = [...path(), key];
        if (lines.has(keyOf(member))) throw new Broken(line + 1, `"${key}" stands twice`);
        enter(line, member);
      },
      onError(code, offset, length, line) {
        throw new Broken(line + 1, reasonOf(code, json.slice(offset, offset + length)));
      },
    },
    { disallowComments: true },
  );
  return lines;
}

function nearest(lines: ReadonlyMap<string, number>, path: readonly string[]): number {
  for (let length = path.length; length >= 0; length--) {
    const line = lines.get(keyOf(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return 1;
}

const keyOf = (path: JSONPath | readonly string[]) => JSON.stringify(path.map(String));

/** What should stand where something else does. */
const WANTED: Partial<Record<ReturnType<typeof printParseErrorCode>, string>> = {
  ValueExpected: "a value",
  PropertyNameExpected: "a key in quotes",
  ColonExpected: ":",
  CommaExpected: "a comma or the closing bracket",
  CloseBraceExpected: "a comma or }",
  CloseBracketExpected: "a comma or ]",
};

function reasonOf(code: ParseErrorCode, found: string): string {
  const name = printParseErrorCode(code);
  const wanted = WANTED[name];
  if (wanted && found === "") return `the file ends where ${wanted} should be`;
  const shown = found.slice(0, 40);
  if (wanted) return `${shown} stands where ${wanted} should be`;
  if (name === "InvalidSymbol") return `${shown} is no word of JSON; keys and texts stand in quotes`;
  if (name === "EndOfFileExpected") return `nothing may follow the last brace, but ${shown} does`;
  if (name === "UnexpectedEndOfString") return "a text is not closed";
  if (name === "InvalidCommentToken" || name === "UnexpectedEndOfComment") return "JSON has no comments";
  return `${shown} is not written as JSON has it`;
}
