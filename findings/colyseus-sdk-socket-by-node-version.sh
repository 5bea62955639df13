#!/usr/bin/env bash
# @colyseus/sdk 0.18.4 on Node 20.20.2 and on Node 24.21.0 (both from npm's package `node`), with ws 8.
#
# A good engineer's guess: in a program for Node the socket of a room is one of the package `ws`, on which the SDK depends:
# a bot or a test cuts it by terminate(), sends a ping, and is told the code of a close as a number.
# What it does: so it is on Node 20. On Node 24 the same program gets Node's own WebSocket: no terminate(), no ping(), no on(),
# and no way to break a connection off without the closing handshake.
# Why the guess goes wrong: the SDK takes a global WebSocket where there is one, and `ws` otherwise. Node has one since 22.
# The choice is made when the module is loaded: deleting globalThis.WebSocket before the import brings `ws` back.
#
# Seen: "20: ws, terminate", "24: Node's own, no terminate", "24 without the global: ws, terminate".
# Exits with 1 if that is no longer so.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null
for v in 20.20.2 24.21.0; do npm install --silent --no-audit --no-fund --prefix "n${v%%.*}" "node@$v"; done
npm install --silent --no-audit --no-fund @colyseus/sdk@0.18.4 ws@8.20.0
cat > run.mjs <<'JS'
if (process.argv[2] === "bare") Reflect.deleteProperty(globalThis, "WebSocket");
const { WebSocketServer } = await import("ws");
const { WebSocketTransport } = await import("@colyseus/sdk/transport/WebSocketTransport");
const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
await new Promise((open) => server.once("listening", open));
const transport = new WebSocketTransport({});
transport.connect(`ws://127.0.0.1:${server.address().port}`, {});
const own = transport.ws.constructor === globalThis.WebSocket ? "Node's own" : "ws";
console.log(`${own}, ${typeof transport.ws.terminate === "function" ? "" : "no "}terminate`);
process.exit(0);
JS
seen=$(for run in "20" "24" "24 bare"; do
  read -r version how <<<"$run"
  echo "$version${how:+ without the global}: $("n$version/node_modules/node/bin/node" run.mjs ${how:-})"
done)
echo "$seen"
[ "$seen" = "20: ws, terminate
24: Node's own, no terminate
24 without the global: ws, terminate" ]
