import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ended, untilTaken } from "./postgres.ts";

const GUIDE = fileURLToPath(new URL("../../docs/deploy.md", import.meta.url));
const PLACES = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
const LOGS = ["access.log", "error.log"];
const TEMPS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/** Path of nginx on this machine; undefined: it is not installed (Debian: apt-get install nginx-light). */
export const nginxPath = PLACES.map((folder) => join(folder, "nginx")).find((file) => existsSync(file));

/** The guide's configuration with replacements; all of `swaps` must be found. */
export function guideConfig(swaps: Record<string, string>): string {
  const [, config] = /^```nginx\n(.*?)^```/msu.exec(readFileSync(GUIDE, "utf8")) ?? [];
  if (!config) throw new Error("docs/deploy.md has no nginx configuration");
  return Object.entries(swaps).reduce((text, [said, here]) => {
    if (!text.includes(said)) throw new Error(`docs/deploy.md does not say "${said}" any more`);
    return text.replaceAll(said, here);
  }, config);
}

/** A running nginx. */
export interface Nginx {
  /** What it has logged so far, by itself and into the guide's files. */
  logged(): string;
  close(): Promise<void>;
}

/**
 * Starts nginx in a folder of its own with such a configuration; resolves when the port takes connections.
 */
export async function startNginx(config: string, port: number): Promise<Nginx> {
  if (!nginxPath) throw new Error("nginx is not installed");
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-nginx-"));
  const file = join(folder, "nginx.conf");
  const temps = TEMPS.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  const user = process.getuid?.() === 0 ? "user root;" : "";
  writeFileSync(
    file,
    `daemon off; ${user} worker_processes 1; pid ${folder}/pid; error_log stderr;
events {}
http { access_log off;\n${temps}\n${config.replaceAll("/var/log/nginx", folder)}}\n`,
  );
  const child = spawn(nginxPath, ["-p", folder, "-c", file, "-e", "stderr"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await untilTaken(port, child, () => `nginx does not run:\n${said}`);
  return {
    logged: () => [said, ...LOGS.map((name) => readFileSync(join(folder, name), "utf8"))].join(""),
    async close() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
