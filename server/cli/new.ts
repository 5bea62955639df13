import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/errors.ts";
import type { Command } from "./command.ts";
import { makePlugin } from "./new/new-plugin.ts";
import { ownSpec } from "./new/own-spec.ts";

const help = `roomkeep new <folder> [options]
roomkeep new --plugin <name>

Makes a project with one game, a yard with a ball: install, npm run dev, and two can play.

  --roomkeep SPEC  the dependency on roomkeep in its package.json: a version, file:../roomkeep-0.1.0.tgz, git+https://…
                   Default: where this one was installed from; from a clone, the tarball that \`npm pack\` makes in it

The folder must be new or empty.

  --plugin NAME    makes a plugin in plugins/NAME of the project that you are in, with its test: docs/plugins.md`;

/** `roomkeep new`: a project that installs, plays, tests and builds. */
export const command: Command = {
  summary: "make a project with one game, or a plugin in one",
  help,
  async run(args) {
    const { folder, roomkeep, plugin } = readOptions(args);
    if (plugin !== undefined) {
      const example = fileURLToPath(new URL("docs/examples/guestbook", packageFolder()));
      console.log(await makePlugin(plugin, example));
      return;
    }
    const target = resolve(folder);
    const spec = await makeProject(target, roomkeep);
    console.log(`
  ${target} is made. Next:

    cd ${folder}${packFirst(spec, target)}
    npm install
    npm run dev
`);
  },
};

/** The command that makes the tarball of the dependency; empty if the tarball exists or none is needed. */
function packFirst(spec: string, target: string): string {
  if (!spec.startsWith("file:")) return "";
  const tarball = resolve(target, spec.slice("file:".length));
  if (existsSync(tarball)) return "";
  const folder = relative(target, dirname(tarball));
  return `\n    npm pack ${folder} --pack-destination ${folder}`;
}

function readOptions(args: string[]): {
  folder: string;
  roomkeep: string | undefined;
  plugin: string | undefined;
} {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { roomkeep: { type: "string" }, plugin: { type: "string" } },
    });
    const [folder = "", ...rest] = positionals;
    const { roomkeep, plugin } = values;
    if (plugin !== undefined && folder === "") return { folder, roomkeep, plugin };
    if (folder === "" || rest.length > 0)
      throw new Error("name one folder, for example: roomkeep new my-game");
    return { folder, roomkeep, plugin };
  } catch (cause) {
    throw new RoomkeepError("CONFIG_INVALID", cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
}

/** Makes the project. @returns its dependency on roomkeep */
async function makeProject(target: string, asked: string | undefined): Promise<string> {
  const name = basename(target).toLowerCase();
  if (!/^[a-z0-9][a-z0-9._-]{0,99}$/.test(name))
    throw new RoomkeepError(
      "CONFIG_INVALID",
      `"${name}" cannot be the name of a package: use letters, digits and hyphens.`,
    );
  if (existsSync(target) && (await readdir(target)).length > 0)
    throw new RoomkeepError("CONFIG_INVALID", `${target} is not empty. Choose a new folder.`);
  const home = packageFolder();
  const own = JSON.parse(await readFile(new URL("package.json", home), "utf8")) as Manifest;
  const spec = asked ?? (await ownSpec(fileURLToPath(home), own.version, target));
  const versions = { ...own.devDependencies, ...own.dependencies, roomkeep: spec };
  const values: Record<string, string> = { ...versions, name };
  // npm honours overrides of the project only, not those of a package in it.
  const fill = (text: string) =>
    text
      .replaceAll('"{{overrides}}"', JSON.stringify(own.overrides, null, 2).replaceAll("\n", "\n  "))
      .replaceAll(/\{\{([@\w/-]+)\}\}/g, (mark, key: string) => values[key] ?? mark);
  await copyTemplate(fileURLToPath(new URL("server/cli/template", home)), target, fill);
  // npm leaves a .gitignore out of a package, and a package.json would make the template a package in ours.
  await rename(join(target, "gitignore"), join(target, ".gitignore"));
  await rename(join(target, "_package.json"), join(target, "package.json"));
  return spec;
}

async function copyTemplate(from: string, to: string, fill: (text: string) => string): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(to, source.slice(from.length));
    await mkdir(dirname(target), { recursive: true });
    const text = await readFile(source, "utf8");
    const filled = fill(text);
    if (filled === text) await copyFile(source, target);
    else await writeFile(target, filled);
  }
}

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides: Record<string, string>;
}

/** Folder of this package: the nearest parent folder with a package.json. */
function packageFolder(): URL {
  for (let folder = new URL(".", import.meta.url); ; folder = new URL("..", folder)) {
    if (existsSync(new URL("package.json", folder))) return folder;
  }
}
