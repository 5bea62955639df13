import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/** Run by `npm pack` after the build: a tarball that lacks something is not made (package.json, prepack). */
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Paths that npm would pack now, as it lists them. */
function packedFiles(): Set<string> {
  const listed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [packed] = JSON.parse(listed) as { files: { path: string }[] }[];
  return new Set(packed?.files.map(({ path }) => path));
}

/** What somebody who has only the tarball needs. */
function neededFiles(): string[] {
  const { bin, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    bin: Record<string, string>;
    exports: Record<string, string | { types: string; default: string }>;
  };
  const doors = Object.values(exports).flatMap((door) =>
    typeof door === "string" ? [door] : [door.types, door.default],
  );
  const under = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
  const text = ["README.md", "LICENSE", "CHANGELOG.md", ...under("docs")];
  const desk = under("dist/admin");
  return [
    ...Object.values(bin),
    ...doors,
    ...text,
    ...desk,
    "dist/admin/index.html",
    ...under("server/cli/template"),
  ].map((path) => normalize(path).replaceAll("\\", "/"));
}

/** What is ours alone: the sample games and the page that is built of them. */
const isSample = (path: string) => /^(games|dist\/(games|page))\/|^dist\/(server|client)\/main\./.test(path);

function refuse(what: string, paths: readonly string[]): void {
  if (paths.length === 0) return;
  console.error(`The package would ${what} ${paths.length} files:\n  ${paths.join("\n  ")}`);
  process.exitCode = 1;
}

const packed = packedFiles();
refuse(
  "lack",
  neededFiles().filter((path) => !packed.has(path)),
);
refuse("hold the sample games in", [...packed].filter(isSample));
