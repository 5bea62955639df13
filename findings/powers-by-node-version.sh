#!/usr/bin/env bash
# Node 22.23.3 (V8 12.4) and Node 24.21.0 (V8 13.6), the same machine.
#
# A good engineer's guess: `**` and Math.pow give the same numbers in two maintained versions of Node, as + and Math.sqrt do,
# or if libm changed, sin, exp and log would have changed as well. So a replay, a seed or a hash made on one checks on the other.
# What it does: of 100,000 powers about one in ten differs in its last bit; sin, cos, atan2, exp, log, hypot, cbrt and tanh
# differ in none. Squares and whole powers of two are the same; cubes (x ** 3) and 10 ** n are not.
# Why the guess goes wrong: the language leaves all of these to the engine. V8 has had its own copy of fdlibm for sin to tanh
# for years, so they moved with nothing; pow alone was exchanged for another implementation between V8 12 and 13.
#
# Seen: "pow 9.8 %  cube 10.1 %  ten 13.0 %", all others 0. Exits with 1 if that is no longer so.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
for version in 22.23.3 24.21.0; do
  mkdir "$version"; (cd "$version"; npm init -y >/dev/null; npm install --silent --no-audit --no-fund "node@$version" >/dev/null)
done
cat > numbers.js <<'JS'
let s = 0x12345678;
const random = () => { s ^= s << 13; s ^= s >>> 17; s ^= s << 5; return (s >>> 0) / 2 ** 32; };
const inputs = Array.from({ length: 100_000 }, () => [random() * 1000, random() * 20 - 10]);
const functions = {
  pow: (a, b) => a ** b, cube: (a) => a ** 3, ten: (a) => 10 ** Math.trunc(a / 10),
  square: (a) => a ** 2, two: (a) => 2 ** Math.trunc(a), sqrt: (a) => Math.sqrt(a), sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a), atan2: (a, b) => Math.atan2(a, b), exp: (a, b) => Math.exp(b), log: (a) => Math.log(a),
  hypot: (a, b) => Math.hypot(a, b), cbrt: (a) => Math.cbrt(a), tanh: (a, b) => Math.tanh(b),
};
for (const [name, f] of Object.entries(functions)) {
  const numbers = Float64Array.from(inputs, ([a, b]) => f(a, b));
  console.log(name, Buffer.from(numbers.buffer).toString("base64"));
}
JS
for version in 22.23.3 24.21.0; do "$version/node_modules/node/bin/node" numbers.js > "$version.txt"; done
cat > compare.js <<'JS'
const { readFileSync } = require("node:fs");
const read = (file) => new Map(readFileSync(file, "utf8").trim().split("\n").map((line) => {
  const [name, text] = line.split(" ");
  const bytes = Buffer.from(text, "base64");
  return [name, Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readBigUInt64LE(i * 8))];
}));
const [before, after] = [read("22.23.3.txt"), read("24.21.0.txt")];
const share = (name) => (100 * before.get(name).filter((bits, i) => bits !== after.get(name)[i]).length) / 100_000;
const shares = [...before.keys()].map((name) => [name, share(name)]);
console.log(shares.map(([name, part]) => `${name} ${part.toFixed(1)} %`).join("  "));
const differ = shares.filter(([, part]) => part > 0).map(([name]) => name);
process.exit(differ.join() === "pow,cube,ten" ? 0 : 1);
JS
node compare.js
