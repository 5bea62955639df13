import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * A process with our log that beats on its second stream, and ends at SIGTERM as a server does: some last
 * lines, then exit.
 */
function startLogging(before: string) {
  const code = `
    import { openLog } from "./server/telemetry/log.ts";
    const log = openLog("info");
    console.log("welcome");
    process.on("SIGTERM", () => {
      for (const line of ["stopping", "stopped"]) log.info({}, line);
      process.exit(0);
    });
    ${before}
    setInterval(() => process.stderr.write("beat\\n"), 20);`;
  const child = spawn(
    process.execPath,
    ["--conditions=roomkeep-source", "--import", "tsx", "--input-type=module", "-e", code],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NODE_OPTIONS: "" } },
  );
  child.stderr.on("error", () => {});
  return { child, ended: once(child, "exit") };
}

it("a reader of the log that died: the process goes on, and ends when it is told to", async () => {
  const { child, ended } = startLogging("");
  await once(child.stdout, "data");
  child.stdout.destroy();
  await once(child.stderr, "data");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

it("a reader that stopped: the process goes on and ends all the same; what it reads later is whole lines", async () => {
  // More than a pipe takes.
  const { child, ended } = startLogging(
    `for (let n = 0; n < 5_000; n++) log.info({ n, text: "x".repeat(100) }, "line");`,
  );
  child.stdout.on("readable", () => {}); // and it reads nothing: else all that is left is thrown away at the end
  await once(child.stderr, "data");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  let text = "";
  for await (const part of child.stdout) text += part;
  const lines = text.slice(0, text.lastIndexOf("\n")).split("\n");
  expect(lines.length).toBeGreaterThan(100);
  const numbers = lines.flatMap((line) => (line.startsWith("{") ? [JSON.parse(line).n as number] : []));
  expect(numbers).toEqual(numbers.map((_, n) => n));
});
