import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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
  const page = ["dist/page/index.html", ...pageScripts()];
  const text = ["README.md", "LICENSE", "CHANGELOG.md", ...under("docs")];
  return [...Object.values(bin), ...doors, ...page, ...text, ...under("server/cli/template")].map((path) =>
    normalize(path).replaceAll("\\", "/"),
  );
}

/** What the built page loads. */
function pageScripts(): string[] {
  const file = join(root, "dist/page/index.html");
  const html = existsSync(file) ? readFileSync(file, "utf8") : "";
  return [...html.matchAll(/(?:src|href)="\/?(assets\/[^"]+)"/g)].map(([, path]) => `dist/page/${path}`);
}

const packed = packedFiles();
const missing = neededFiles().filter((path) => !packed.has(path));
if (missing.length > 0) {
  console.error(`The package would lack ${missing.length} files:\n  ${missing.join("\n  ")}`);
  process.exit(1);
}
