import { type Declaration, endOfComment, endOfText, withoutStars } from "./declarations.ts";

/** A member of a class, an interface, the type of an object or a schema. */
interface Member {
  readonly name: string;
  /** Its docstring without stars; empty: none. */
  readonly doc: string;
}

/** The members of a declaration, overloads as one; those of objects within them belong to their docstrings. */
function membersOf({ kind, text }: Declaration): Member[] {
  const found = new Map<string, string>();
  for (const { name, doc } of bodiesIn(kind, text).flatMap(readMembers))
    found.set(name, found.get(name) || doc);
  return [...found].map(([name, doc]) => ({ name, doc }));
}

/** Where members stand: of a schema in the first braces, of a class or interface in the last, of a type in all. */
function bodiesIn(kind: string, text: string): string[] {
  if (kind === "const") return bodiesOf(text.slice(text.indexOf("(") + 1)).slice(0, 1);
  return kind === "type" ? bodiesOf(text.slice(text.indexOf("=") + 1)) : bodiesOf(text).slice(-1);
}

/** What stands between braces that are in no other brackets. */
function bodiesOf(text: string): string[] {
  const bodies: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { at, char } of brackets(text)) {
    if ("{([<".includes(char)) {
      if (depth === 0) start = at;
      depth++;
    } else if (!SEPARATORS.includes(char)) {
      depth--;
      if (depth === 0 && char === "}" && text[start] === "{") bodies.push(text.slice(start + 1, at));
    }
  }
  return bodies;
}

const NAME =
  /^(?:(?:public|protected|static|abstract|override|readonly|declare|get|set|async) )*(\[[^\]]*\]|"[^"]*"|[\w$]+)?/;

function readMembers(body: string): Member[] {
  const found: Member[] = [];
  let doc = "";
  for (let at = 0; at < body.length; ) {
    if (/[\s;,]/.test(body[at] ?? "")) at++;
    else if (body.startsWith("/*", at) || body.startsWith("//", at)) {
      const end = endOfComment(body, at);
      if (body.startsWith("/**", at)) doc = withoutStars(body.slice(at, end));
      at = end;
    } else {
      const end = endOfMember(body, at);
      const name = NAME.exec(body.slice(at, end))?.[1] ?? "()";
      found.push({ name, doc });
      doc = "";
      at = end;
    }
  }
  return found;
}

function endOfMember(body: string, start: number): number {
  let depth = 0;
  for (const { at, char } of brackets(body, start)) {
    if ("{([<".includes(char)) depth++;
    else if (SEPARATORS.includes(char)) {
      if (depth === 0) return at;
    } else depth--;
  }
  return body.length;
}

const SEPARATORS = ";,";

/** Brackets and separators that are in no comment and no text; of an arrow the point is none. */
function* brackets(text: string, from = 0): Generator<{ at: number; char: string }> {
  for (let at = from; at < text.length; ) {
    const char = text[at] ?? "";
    if (text.startsWith("/*", at) || text.startsWith("//", at)) at = endOfComment(text, at);
    else if (char === '"' || char === "'" || char === "`") at = endOfText(text, at);
    else if (text.startsWith("=>", at)) at += 2;
    else {
      if (`{([<>])}${SEPARATORS}`.includes(char)) yield { at, char };
      at++;
    }
  }
}

/**
 * Members whose docstring is missing or says no more than their names, as "Name.member". What a class or an
 * interface takes from another one of the list may be documented there.
 */
export function silentMembers(declarations: readonly Declaration[]): string[] {
  const withMembers = declarations.filter(
    ({ kind, text }) => /class|interface|type/.test(kind) || IS_SCHEMA.test(text),
  );
  const byName = new Map(withMembers.map((one) => [one.name, one]).reverse() as [string, Declaration][]);
  const isTold = (owner: Declaration, member: string): boolean => {
    const own = membersOf(owner).find(({ name }) => name === member);
    if (own !== undefined && !isSilent(own, owner.name)) return true;
    return parentsOf(owner).some((name) => {
      const parent = byName.get(name);
      return parent !== undefined && isTold(parent, member);
    });
  };
  return withMembers.flatMap((declaration) =>
    membersOf(declaration)
      .filter(({ name }) => name !== "constructor" && !isTold(declaration, name))
      .map(({ name }) => `${declaration.name}.${name}`),
  );
}

const PARENT = /\b(?:extends|implements|Omit<) *(\w+)|= (\w+)\.extend\(/g;
const IS_SCHEMA = /^const \w+ = (?:schema|\w+\.extend)\(/;

function parentsOf({ text }: Declaration): string[] {
  return [...text.slice(0, 300).matchAll(PARENT)].map(([, one, other]) => one ?? other ?? "");
}

const FILLER = new Set(
  "a an the of its it is this that in for to by with and or be as on at which what whether see taken takes".split(
    " ",
  ),
);

/** True: a docstring that says no more than the names of the member and its owner do. */
function isSilent({ name, doc }: Member, owner: string): boolean {
  const [text = ""] = doc.split(/^@example\b/m);
  const said = new Set(wordsOf(text.replace(/\{@link (\w+)\}/g, "$1")));
  for (const word of [...wordsOf(`${owner} ${name}`), ...FILLER]) said.delete(word);
  return said.size === 0;
}

const wordsOf = (text: string): string[] =>
  text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .match(/[a-z0-9]+/g) ?? [];
