/** A declaration at the top of a `.d.ts` file. */
export interface Declaration {
  readonly name: string;
  readonly kind: string;
  /** Its docstring without stars, tags included; empty: none. */
  readonly doc: string;
  /** As declared, without the docstring in front and without `export declare`; members keep theirs. */
  readonly text: string;
}

/** A name that a file exports from another one. */
export interface DoorName {
  readonly name: string;
  readonly original: string;
  readonly from: string;
}

/** Reads `export { a, type b as c } from "…"` of a `.d.ts` file. */
export function readDoor(text: string): DoorName[] {
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)"/gm)].flatMap(
    ([, list = "", from = ""]) =>
      list
        .split(",")
        .map((one) => one.trim().replace(/^type /, ""))
        .filter((one) => one !== "")
        .map((one) => {
          const [original = "", name = original] = one.split(" as ");
          return { name, original, from };
        }),
  );
}

const HEAD =
  /^(?:export )?(?:declare )?(?:abstract )?(class|function|const|let|interface|type|enum) ([A-Za-z_$][\w$]*)/;

/** Reads the declarations of a `.d.ts` file, each with the docstring in front of it. */
export function readDeclarations(text: string): Declaration[] {
  const found: Declaration[] = [];
  let at = 0;
  let doc = "";
  while (at < text.length) {
    if (/\s/.test(text[at] ?? "")) at++;
    else if (text.startsWith("/*", at) || text.startsWith("//", at)) {
      const end = endOfComment(text, at);
      if (text.startsWith("/**", at)) doc = withoutStars(text.slice(at, end));
      at = end;
    } else {
      const end = endOfStatement(text, at);
      const statement = text.slice(at, end);
      const [, kind, name] = HEAD.exec(statement) ?? [];
      if (kind && name) {
        found.push({ name, kind, doc, text: withoutPrivate(bareOf(statement)) });
      }
      doc = "";
      at = end;
    }
  }
  return found;
}

/** A statement without `export declare`, indented by two spaces a level. */
function bareOf(statement: string): string {
  const bare = statement.replace(/^(?:export )?(?:declare )?/, "").trim();
  return bare.includes("\n    ") && !/\n {2}\S/.test(bare)
    ? bare.replace(/^(?: {4})+/gm, (spaces) => " ".repeat(spaces.length / 2))
    : bare;
}

/** Members that nobody outside of the class sees; `tsc` declares them without their types. */
const PRIVATE_MEMBER = /^ {2}(?:\/\*\*(?:[^*]|\*(?!\/))*\*\/\n {2})?(?:private [^;\n]*|#private);\n/gm;
const withoutPrivate = (text: string) => text.replace(PRIVATE_MEMBER, "");

/** The text of an exported constant in a source file, from its name to its semicolon. */
export function constantIn(source: string, name: string): string | undefined {
  const start = source.search(new RegExp(`^export const ${name}\\b`, "m"));
  return start < 0 ? undefined : bareOf(source.slice(start, endOfStatement(source, start)));
}

export function endOfComment(text: string, at: number): number {
  const end = text.startsWith("//", at) ? text.indexOf("\n", at) : text.indexOf("*/", at) + 2;
  return end < at + 2 ? text.length : end;
}

/** A statement ends at its semicolon, that of a class or an interface at the brace that closes its body. */
function endOfStatement(text: string, start: number): number {
  const hasBody = /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|enum) /.test(
    text.slice(start, start + 60),
  );
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const char = text[at] ?? "";
    if (text.startsWith("/*", at) || text.startsWith("//", at)) at = endOfComment(text, at);
    else if (char === '"' || char === "'" || char === "`") at = endOfText(text, at);
    else {
      at++;
      if ("{([".includes(char)) depth++;
      else if ("})]".includes(char)) depth--;
      if (
        depth === 0 &&
        (char === ";" || (hasBody && char === "}" && /^\s*(\n|$)/.test(text.slice(at, at + 80))))
      )
        return at;
    }
  }
  return text.length;
}

export function endOfText(text: string, start: number): number {
  const quote = text[start];
  let at = start + 1;
  while (at < text.length && text[at] !== quote) at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

export function withoutStars(comment: string): string {
  return comment
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
    .join("\n")
    .trim();
}
