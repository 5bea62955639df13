import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { roomkeep } from "./cli.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A project as `roomkeep new` makes it, with this package's source as its roomkeep. */
export interface Project {
  readonly folder: string;
  file(path: string): string;
  remove(): Promise<void>;
}

/** Makes a project in a temporary folder, without an install: its packages are links to ours. */
export async function linkedProject(): Promise<Project> {
  const parent = await mkdtemp(join(tmpdir(), "roomkeep-project-"));
  const folder = join(parent, "my-game");
  const made = roomkeep(["new", folder]);
  if ((await made.ended) !== 0) throw new Error(made.output());
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules/roomkeep"));
  for (const name of ["@colyseus", "vite", "preact"])
    await symlink(join(root, "node_modules", name), join(folder, "node_modules", name));
  return {
    folder,
    file: (path) => join(folder, path),
    remove: () => rm(parent, { recursive: true, force: true }),
  };
}
