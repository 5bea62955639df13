#!/usr/bin/env bash
# typeorm 1.1.1 with pg 8.23.1, on the PostgreSQL of @electric-sql/pglite-socket 0.2.17.
#
# A good engineer's guess: a connection that is lost in a transaction rejects it with the loss: pg's "Connection terminated
# unexpectedly", a code, or at least a cause. `catch` can then tell an outage (try again, 503) from a mistake (500).
# What it does: where the loss comes between two statements, the transaction rejects with QueryRunnerProviderAlreadyReleasedError,
# "Database connection provided by a query runner was already released", without a code, a cause or a driverError: the very
# error of a program that uses a transaction's manager after its end.
# Why the guess goes wrong: it holds for a statement under way. Between statements only the pool hears of the loss; typeorm
# releases the query runner there and drops the error, and the next statement finds a runner that looks used up.
#
# Seen: "under way: QueryFailedError Connection terminated unexpectedly" and
# "between: QueryRunnerProviderAlreadyReleasedError code=undefined cause=undefined". Exits with 1 if that is no longer so.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 pg@8.23.1 @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17
cat > run.mjs <<'JS'
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import typeorm from "typeorm";

const server = new PGLiteSocketServer({ db: await PGlite.create(), port: 0, host: "127.0.0.1" });
await server.start();
const port = Number(server.getServerConn().split(":").at(-1));
// The network between: cut it, and nobody has done anything wrong.
const lines = new Set();
const network = net.createServer((near) => {
  const far = net.connect(port, "127.0.0.1");
  for (const line of [near, far]) { lines.add(line); line.on("error", () => {}); }
  near.pipe(far).pipe(near);
  near.on("close", () => far.destroy());
}).listen(0, "127.0.0.1");
await new Promise((ready) => network.once("listening", ready));
const cut = () => { for (const line of lines) line.destroy(); lines.clear(); };

async function lost(between) {
  const source = new typeorm.DataSource({
    type: "postgres", host: "127.0.0.1", port: network.address().port, username: "postgres", database: "postgres", poolSize: 1,
    poolErrorHandler: () => {},
  });
  await source.initialize();
  const error = await source.transaction(async (tx) => {
    await tx.query("SELECT 1");
    if (!between) { setTimeout(cut, 100); await tx.query("SELECT pg_sleep(1)"); return; }
    cut();
    await sleep(500);
    await tx.query("SELECT 2");
  }).catch((reason) => reason);
  await source.destroy().catch(() => {});
  return error;
}
const under = await lost(false);
await sleep(1500);
const between = await lost(true);
console.log(`under way: ${under.constructor.name} ${under.message}`);
console.log(`between: ${between.constructor.name} code=${between.code} cause=${between.cause}`);
const holds = /terminated|ECONNRESET/.test(`${under.message} ${under.code}`) &&
  /^QueryRunner.*AlreadyReleasedError$/.test(between.constructor.name) && between.code === undefined && between.cause === undefined;
process.exit(holds ? 0 : 1);
JS
node run.mjs
