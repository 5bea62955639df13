#!/usr/bin/env bash
# pino 10.4.0 (sonic-boom as it brings it), Node 20 or newer, Linux.
#
# A good engineer's guess: a program whose log reader has gone (`node app.js | head -1`) ends at process.exit(), logged
# lines or not: a broken pipe (EPIPE) is where a pipeline ends.
# What it does: with two lines logged just before process.exit(0) it never ends. It waits a tenth of a second and writes
# again, for ever, inside of the exit: no signal handler runs any more, only SIGKILL ends it.
# Why the guess goes wrong: pino's own handler of EPIPE makes the stream silent, but it hears of the error only by an event.
# At exit the rest is written by flushSync, whose catch asks "EAGAIN or EBUSY?" to decide whether to *give up*, and for every
# other error, EPIPE too, sleeps and tries again. A supervisor sends SIGTERM, the program handles it as it should, and hangs.
#
# Seen: "after 10 s: still there, reader gone" and "with a reader: ended with 0". Exits with 1 if that is no longer so.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund pino@10.4.0
cat > app.js <<'JS'
const log = require("pino")();
log.info("running");
process.on("SIGTERM", () => { log.info("stopping"); log.info("stopped"); process.exit(0); });
setInterval(() => {}, 1000);
JS
cat > run.js <<'JS'
const { spawn } = require("node:child_process");
async function stop(readerGoes) {
  const app = spawn(process.execPath, ["app.js"], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((heard) => app.stdout.once("data", heard));
  if (readerGoes) app.stdout.destroy(); else app.stdout.resume();
  await new Promise((done) => setTimeout(done, 500));
  const ended = new Promise((done) => app.once("exit", (code) => done(code)));
  app.kill("SIGTERM");
  const code = await Promise.race([ended, new Promise((done) => setTimeout(done, 10_000, "still there"))]);
  app.kill("SIGKILL");
  return code;
}
(async () => {
  const [gone, there] = [await stop(true), await stop(false)];
  console.log(`after 10 s: ${gone === "still there" ? "still there" : `ended with ${gone}`}, reader gone`);
  console.log(`with a reader: ended with ${there}`);
  process.exit(gone === "still there" && there === 0 ? 0 : 1);
})();
JS
node run.js
