import { basename, dirname } from "node:path";
import { PARTS, type Source } from "./sources.ts";

// Each rule takes sources and gives what breaks it, so that a test can plant something that does.

/** Words that say nothing about a thing. */
const HIDING =
  "manager service handler helper util utils base enhanced advanced processor factory registry data info";
/** Words of a vocabulary of our own, for which the field has a word: see docs/glossary.md. */
const PRIVATE =
  "letter letters eye eyes wish wishes resident residents lying rehearsal outbox inbox farewell sibling siblings roster seer backstage knock reunion mail bury";
/** Words that hide as the name of a file, and are plain inside of it. */
const ONLY_FILES = "system held kept hold journal memory quick words things";

/** What people call the folder of an embedded database. */
const KNOWN_NAMES = ["server/storage/data-folder.ts", "server/storage/data-folder.ts: DataFolder"];

const wordsOf = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[ _-]+/);

/** Files and declarations with a refused word in their name. */
export function refusedNames(sources: readonly Source[]): string[] {
  const inFiles = new Set(
    `${HIDING} ${PRIVATE} ${ONLY_FILES}`.split(" ").filter((word) => word !== "memory"),
  );
  const inTypes = new Set(`${HIDING} ${PRIVATE}`.split(" "));
  const anywhere = new Set(PRIVATE.split(" "));
  const found = sources.flatMap(({ path, text }) => {
    const names = [
      ...text.matchAll(/^(?:export )?(?:abstract |async )?(class|interface|type|function|const) (\w+)/gm),
    ];
    const isRefused = ([, kind, name = ""]: RegExpMatchArray) => {
      const refused = kind === "class" || kind === "interface" ? inTypes : anywhere;
      // `System` is the field's word for a step over actors; as the end of a longer name it hides like the
      // others.
      const isSystem = kind === "class" || kind === "interface" ? /\wSystem$/.test(name) : false;
      return isSystem || wordsOf(name).some((word) => refused.has(word));
    };
    const bad = names.filter(isRefused).map(([, , name]) => `${path}: ${name}`);
    const file = wordsOf(basename(path).replace(/\.tsx?$/, ""));
    return file.some((word) => inFiles.has(word)) ? [path, ...bad] : bad;
  });
  return found.filter((name) => !KNOWN_NAMES.includes(name));
}

const doorsOf = (part: string) => [`${part}/index.ts`, `${part}/internal.ts`];

/**
 * Imports from one part of the framework into another that do not go through its doors, as "file -> target".
 */
export function deepImports(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, imports }) => {
    const [own = ""] = path.split("/");
    if (!PARTS.includes(own)) return [];
    return imports
      .filter(({ target }) => {
        const [part = ""] = target.split("/");
        if (part === "roomkeep") return true; // inside of the framework a door is spelled by its path
        return part !== own && PARTS.includes(part) && !doorsOf(part).includes(target);
      })
      .map(({ target }) => `${path} -> ${target}`);
  });
}

/** Doors that hand on names without naming them. */
export function namelessDoors(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => PARTS.some((part) => doorsOf(part).includes(path)))
    .filter(({ text }) => /^export (?:type )?\*/m.test(text))
    .map(({ path }) => path);
}

/** Groups of files that import each other in a circle, imports of types included; each sorted. */
export function circles(sources: readonly Source[]): string[][] {
  const graph = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.map(({ target }) => target.replace(/^roomkeep\/(\w+)$/, "$1/index.ts")),
    ]),
  );
  const reached = new Map<string, Set<string>>();
  const reach = (from: string): Set<string> => {
    const known = reached.get(from);
    if (known) return known;
    const seen = new Set<string>();
    const left = [...(graph.get(from) ?? [])];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (seen.has(next) || !graph.has(next)) continue;
      seen.add(next);
      left.push(...(graph.get(next) ?? []));
    }
    reached.set(from, seen);
    return seen;
  };
  const inCircle = [...graph.keys()].filter((path) => reach(path).has(path)).sort();
  const groups = inCircle.map((path) =>
    inCircle.filter((one) => reach(path).has(one) && reach(one).has(path)),
  );
  return groups.filter((group, index) => group[0] === inCircle[index]);
}

/** Folders with more files than a screen shows, each with how many. */
export function wideFolders(paths: readonly string[], most: number): [folder: string, files: number][] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  return [...counts].filter(([, files]) => files > most).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Lines of comments over 110 columns, as "file:line". */
export function longComments(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    text
      .split("\n")
      .map((line, index) => ({ line, at: `${path}:${index + 1}` }))
      .filter(({ line }) => line.length > 110 && /^\s*(\/\/|\/?\*)/.test(line))
      .map(({ at }) => at),
  );
}

/** What a test has no business with: another try, and how long something took. */
const BY_LUCK = [/\bretry: \d/, /expect\((performance|Date)\.now\(\) - /];

/** Lines of tests that hang on how fast the machine is, as "file:line". */
export function testsOfLuck(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    text
      .split("\n")
      .map((line, index) => ({ line, at: `${path}:${index + 1}` }))
      .filter(({ line }) => BY_LUCK.some((luck) => luck.test(line)))
      .map(({ at }) => at),
  );
}
