#!/usr/bin/env bash
# openskill 5.0.1, Node 20 or newer.
#
# A good engineer's guess: of three equal players the second of a match stays where it was: it won against one and lost to
# one of its like. The first gains what the last loses.
# What it does: with the default model the second gains a quarter of what the first gains, and the last loses more than
# the first gains. Who is always second of three climbs; in a league of threes the ratings of the middle drift upwards.
# Why the guess goes wrong: the default is Plackett-Luce, which looks at a ranking as choices from the top: to be second is to
# be chosen out of two, and there is no such round for the last but the lost ones. Both Bradley-Terry and both
# Thurstone-Mosteller models of the same package compare pairs, and leave the second at 25. All are `{ model }` of rate().
#
# Seen: "plackettLuce 27.869 25.717 21.414", and 25.000 for the second by the four others. Exits with 1 if not.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund openskill@5.0.1
cat > run.mjs <<'JS'
import { rate } from "openskill";
import * as models from "openskill/models";
const equal = () => ({ mu: 25, sigma: 25 / 3 });
const after = (options) => rate([[equal()], [equal()], [equal()]], options).map(([one]) => one.mu.toFixed(3));
const byDefault = after({});
let asSeen = byDefault.join(" ") === "27.869 25.717 21.414";
for (const [name, model] of Object.entries(models)) {
  const mus = after({ model });
  console.log(name, ...mus);
  asSeen &&= name === "plackettLuce" ? String(mus) === String(byDefault) : mus[1] === "25.000";
}
process.exit(asSeen ? 0 : 1);
JS
node run.mjs
