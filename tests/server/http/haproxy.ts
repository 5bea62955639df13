import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ended, untilTaken } from "../../helpers/postgres.ts";

const GUIDE = fileURLToPath(new URL("../../../docs/deploy.md", import.meta.url));
const PLACES = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];

/** Path of HAProxy on this machine; undefined: it is not installed (Debian: apt-get install haproxy). */
export const haproxyPath = PLACES.map((folder) => join(folder, "haproxy")).find((file) => existsSync(file));

/** What the guide's table tells one to set in HAProxy, in its order. */
export function guideSettings(): readonly string[] {
  const row = readFileSync(GUIDE, "utf8")
    .split("\n")
    .find((line) => line.startsWith("| [HAProxy]"));
  const [, , set = ""] = (row ?? "").split(" | ").map((cell) => cell.trim());
  const settings = [...set.matchAll(/`((?:option|http-request set-header) [^`]+)`/gu)].map(
    ([, text = ""]) => text,
  );
  if (settings.length === 0) throw new Error("docs/deploy.md says nothing of HAProxy any more");
  return settings;
}

/** Starts HAProxy with such a configuration; resolves when the port takes connections. */
export async function startHaproxy(config: string, port: number): Promise<{ close(): Promise<void> }> {
  if (!haproxyPath) throw new Error("haproxy is not installed");
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-haproxy-"));
  const file = join(folder, "haproxy.cfg");
  writeFileSync(file, config);
  const child = spawn(haproxyPath, ["-f", file, "-db"], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await untilTaken(port, child, () => `haproxy does not run:\n${said}`);
  return {
    async close() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
