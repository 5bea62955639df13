#!/usr/bin/env bash
# livekit-server-sdk 2.19.2, Node 20 or newer.
#
# A good engineer's guess: an AccessToken with `ttl: 0` has run out when it is made, or is refused; a remaining time that was
# counted down to nothing gives no access.
# What it does: the token is valid for six hours. `ttl: 1` is valid for a second.
# Why the guess goes wrong: the option is tested by its truth, so that 0 counts as "not given" and the default takes its place.
# A server that gives out "what is left of the match" as ttl gives six hours to who asks in its last second.
#
# Seen: "ttl 1: 1 s", "ttl 0: 21600 s". Exits with 1 if that is no longer so.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund livekit-server-sdk@2.19.2
cat > run.mjs <<'JS'
import { AccessToken } from "livekit-server-sdk";
async function secondsOf(ttl) {
  const token = new AccessToken("key", "a secret that is long enough for it", { identity: "ann", ttl });
  token.addGrant({ roomJoin: true, room: "yard" });
  const { exp, nbf } = JSON.parse(Buffer.from((await token.toJwt()).split(".")[1], "base64url"));
  console.log(`ttl ${ttl}: ${exp - nbf} s`);
  return exp - nbf;
}
process.exit((await secondsOf(1)) === 1 && (await secondsOf(0)) === 21_600 ? 0 : 1);
JS
node run.mjs
