import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ended, freePort, unprivileged, untilTaken } from "../../helpers/postgres.ts";

const PLACES = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];

/**
 * Where PgBouncer is on this machine; undefined when it is not installed (Debian: apt-get install pgbouncer).
 */
export const pgbouncerPath = PLACES.map((folder) => join(folder, "pgbouncer")).find((file) =>
  existsSync(file),
);

/** Starts PgBouncer in front of a database, with nothing set but where that is and how it pools. */
export async function startPgBouncer(url: string, mode: "session" | "transaction") {
  if (!pgbouncerPath) throw new Error("pgbouncer is not installed");
  const { hostname, port, pathname, username } = new URL(url);
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-pgbouncer-"));
  chmodSync(folder, 0o755);
  const own = await freePort();
  const name = pathname.slice(1);
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(
    file,
    `[databases]
${name} = host=${hostname} port=${port} dbname=${name} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
`,
  );
  const child = spawn(pgbouncerPath, [file], { ...unprivileged(), stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await untilTaken(own, child, () => `pgbouncer does not run:\n${said}`);
  return {
    url: `postgres://${username}@127.0.0.1:${own}/${name}`,
    async close() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
