import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { constantIn, type Declaration, readDeclarations, readDoor } from "./declarations.ts";

/**
 * The API reference, made from the declarations that `tsc` emits: `npm run reference` writes it, and
 * tests/house/reference.test.ts compares.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));

/** The published doors, and what each is for. */
export const DOORS = {
  shared: "What both sides of a game use: levels, actors, steps, events, items, errors.",
  rooms: "What a room is: the classes that a game extends, its systems, commands, items and recordings.",
  server: "Starts a server process with a project's games.",
  client: "The players' page, and what a game's view can use.",
  testing: "A real server, true players and bots, for tests.",
  entities: "Rows of the database that a project's own rows and queries refer to.",
} as const;

export type Door = keyof typeof DOORS;

/**
 * An export of a door: each of its declarations (a schema has a value and a type), with docstring and
 * example.
 */
export interface Export {
  readonly name: string;
  /** Path from the root, as the source has it. */
  readonly file: string;
  readonly declarations: readonly Declaration[];
  readonly doc: string;
  readonly example: string | undefined;
  /** An example file, or a sample game, that uses it; for those without an example of their own. */
  readonly usedIn: string | undefined;
}

/** Emits the declarations of the package into a folder of its own, and reads those of the doors. */
export function readExports(): Record<Door, Export[]> {
  const out = mkdtempSync(join(tmpdir(), "roomkeep-reference-"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const flags = ["-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", out];
  try {
    execFileSync(process.execPath, [tsc, ...flags], { cwd: root, stdio: "pipe" });
    const users = readUsers();
    const doors = Object.keys(DOORS) as Door[];
    return Object.fromEntries(doors.map((door) => [door, exportsOf(out, door, users)])) as Record<
      Door,
      Export[]
    >;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function exportsOf(out: string, door: Door, users: ReadonlyMap<string, string>): Export[] {
  const files = new Map<string, Declaration[]>();
  const declarationsIn = (file: string): Declaration[] => {
    const known = files.get(file);
    if (known) return known;
    const read = readDeclarations(readFileSync(join(out, file), "utf8"));
    files.set(file, read);
    return read;
  };
  return readDoor(readFileSync(join(out, door, "index.d.ts"), "utf8")).map(({ name, from, original }) => {
    const file = normalize(join(door, from)).replace(/\.(d\.)?[jt]sx?$/, "");
    const found = resolveName(`${file}.d.ts`, original, declarationsIn, out);
    const docs = found.declarations.map(({ doc }) => doc).filter((doc) => doc !== "");
    const [doc = ""] = docs;
    return {
      name,
      file: sourceOf(found.file),
      declarations: readable(found),
      ...splitDoc(doc),
      usedIn: users.get(`${door}/${name}`),
    };
  });
}

/** A schema's declared type is long and says less than its source: its source stands for it. */
function readable({ file, declarations }: { file: string; declarations: Declaration[] }): Declaration[] {
  const [schema] = declarations.filter(({ text }) => text.includes("SchemaWithExtendsConstructor<"));
  if (!schema) return declarations;
  const text = constantIn(readFileSync(join(root, sourceOf(file)), "utf8"), schema.name);
  return text === undefined ? declarations : [{ ...schema, text }];
}

/** The declarations of a name, in the file itself or in the one that it hands on. */
function resolveName(
  file: string,
  name: string,
  declarationsIn: (file: string) => Declaration[],
  out: string,
): { file: string; declarations: Declaration[] } {
  const declarations = declarationsIn(file).filter((one) => one.name === name);
  if (declarations.length > 0) return { file, declarations };
  for (const handed of readDoor(readFileSync(join(out, file), "utf8"))) {
    if (handed.name !== name) continue;
    const from = normalize(join(dirname(file), handed.from)).replace(/\.(d\.)?[jt]sx?$/, ".d.ts");
    return resolveName(from, handed.original, declarationsIn, out);
  }
  return { file, declarations };
}

function sourceOf(file: string): string {
  const bare = file.replace(/\.d\.ts$/, "");
  return readdirSync(join(root, dirname(bare))).includes(`${bare.split("/").pop()}.tsx`)
    ? `${bare}.tsx`
    : `${bare}.ts`;
}

function splitDoc(doc: string): { doc: string; example: string | undefined } {
  const [text = "", ...examples] = doc.split(/^@example[ \n]/m);
  const [example, ...rest] = (examples[0] ?? "").split(/^(?=@)/m);
  return { doc: [text, ...rest].join("").trim(), example: example?.trim() || undefined };
}

/** Which example or sample game imports a name, by "door/name"; the examples of the docs come first. */
function readUsers(): Map<string, string> {
  const users = new Map<string, string>();
  for (const folder of ["docs/examples", "server/cli/template", "games"]) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort()) {
      if (!/\.tsx?$/.test(name)) continue;
      const path = join(folder, name);
      const text = readFileSync(join(root, path), "utf8");
      for (const [, list = "", door] of text.matchAll(
        /import (?:type )?\{([^}]*)\} from "roomkeep\/(\w+)"/g,
      )) {
        for (const one of list.split(",")) {
          const key = `${door}/${
            one
              .trim()
              .replace(/^type /, "")
              .split(" as ")[0]
          }`;
          if (!users.has(key)) users.set(key, path);
        }
      }
    }
  }
  return users;
}

/** The page of a door. */
export function pageOf(door: Door, exported: readonly Export[]): string {
  const files = [...new Set(exported.map(({ file }) => file))];
  const links = exported.map(({ name }) => name).sort((a, b) => a.localeCompare(b, "en"));
  const parts = [
    `# roomkeep/${door}`,
    DOORS[door],
    "Made by `npm run reference` from the source; change the docstrings there.",
    links.map((name) => `[${name}](#${name.toLowerCase()})`).join(" · "),
  ];
  for (const file of files) {
    parts.push(`## ${file}`);
    for (const one of exported.filter((each) => each.file === file)) parts.push(...entryOf(one));
  }
  return `${parts.join("\n\n")}\n`;
}

function entryOf({ name, doc, declarations, example, usedIn }: Export): string[] {
  const parts = [`### ${name}`, plain(doc), fence(declarations.map(({ text }) => text).join("\n"))];
  if (example) parts.push("Example:", fence(example));
  else if (usedIn) parts.push(`Used in [${usedIn}](${relative("docs/reference", usedIn)}).`);
  return parts;
}

const fence = (code: string) => `\`\`\`ts\n${code}\n\`\`\``;

/** A docstring as Markdown: its links as code, its tags as a list. */
function plain(doc: string): string {
  return doc
    .replace(/\{@link ([^}]+)\}/g, "`$1`")
    .replace(/^@(param|returns|throws|see) ?/gm, (_, tag) => `- **${tag}** `)
    .replace(/([^\n])\n(- \*\*)/, "$1\n$2");
}

/** Writes docs/reference/. */
function write(): void {
  const folder = join(root, "docs/reference");
  mkdirSync(folder, { recursive: true });
  for (const [door, exported] of Object.entries(readExports()) as [Door, Export[]][]) {
    writeFileSync(join(folder, `${door}.md`), pageOf(door, exported));
    console.log(`docs/reference/${door}.md: ${exported.length} exports`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write();
