import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { RoomkeepError } from "../../../shared/errors.ts";

/**
 * Writes a plugin into `plugins/<name>` of the project in the working directory: a copy of the example in
 * docs/plugins.md under another name.
 *
 * @param example folder of the example
 * @returns text for the user: the next steps
 * @throws CONFIG_INVALID the name is not valid, or the folder exists
 */
export async function makePlugin(name: string, example: string): Promise<string> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40)
    throw new RoomkeepError(
      "CONFIG_INVALID",
      `"${name}" is not a valid plugin name: use a-z, 0-9 and hyphens.`,
    );
  const target = resolve("plugins", name);
  if (existsSync(target)) throw new RoomkeepError("CONFIG_INVALID", `${target} exists already.`);
  await mkdir(target, { recursive: true });
  const rename = renamer(name, Date.now());
  for (const file of await readdir(example))
    await writeFile(join(target, rename(file)), rename(await readFile(join(example, file), "utf8")));
  const { camel } = formsOf(name);
  return `
  ${target} is made. Add it in server/main.ts:

    import { ${camel} } from "../plugins/${name}/index.ts";
    export const plugins = [${camel}];
`;
}

function formsOf(name: string) {
  const camel = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return {
    camel,
    pascal: `${camel.charAt(0).toUpperCase()}${camel.slice(1)}`,
    snake: name.replaceAll("-", "_"),
  };
}

/** Replaces the name of the example, in the letter case that each place needs. */
function renamer(name: string, now: number): (text: string) => string {
  const { camel, pascal, snake } = formsOf(name);
  return (text) =>
    text
      .replace(/Guestbook\d{13}/g, `${pascal}${now}`)
      .replaceAll("Guestbook", pascal)
      .replaceAll("guestbook_", `${snake}_`)
      .replace(/(?<=\bthe )guestbook/gi, name.replaceAll("-", " "))
      // In quotes, in a path, and as a heading; else it is an identifier.
      .replace(/(?<=["`/]|# |^)guestbook(?=["`/.-]|\n)/g, name)
      .replaceAll("guestbook", camel);
}
