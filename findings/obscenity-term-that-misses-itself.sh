#!/usr/bin/env bash
# obscenity 0.4.6, with its recommended English transformers, Node 20 or newer.
#
# A good engineer's guess: a word that a server adds to the blacklist is found at least when it is written just as it was
# added, whatever tricks of spelling are found besides.
# What it does: "puff", "mommy", "Scam" and "buy4gold" are never found, however they are written, and nothing says so;
# "scam", "boost" and "gr8" are. On the whitelist "Titan" spares nobody, "titan" spares Titan.
# Why the guess goes wrong: the transformers work on the text alone. It is folded to lower case, letters that look like
# others become those, and runs of a letter become one (but of some letters two); a pattern is compared as it was written.
# So a pattern has to be written in the folded form, "puf" and "buyagold", which finds "puff" and "buy4gold". The whitelist
# is compared with a text that is in lower case, but not folded further. The dataset's own words follow these rules.
#
# Seen: "found as written: scam boost gr8", "missed as written: puff mommy Scam buy4gold", "found when folded: puf buyagold",
# "spared by titan, not by Titan". Exits with 1 if that is no longer so.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund obscenity@0.4.6
cat > run.mjs <<'JS'
import { englishRecommendedTransformers, parseRawPattern, RegExpMatcher } from "obscenity";
const finds = (term, text, spared = []) =>
  new RegExpMatcher({
    blacklistedTerms: [{ id: 0, pattern: parseRawPattern(term) }],
    whitelistedTerms: spared,
    ...englishRecommendedTransformers,
  }).hasMatch(text);
const terms = ["scam", "boost", "gr8", "puff", "mommy", "Scam", "buy4gold"];
const found = terms.filter((term) => finds(term, term)).join(" ");
const missed = terms.filter((term) => !finds(term, term)).join(" ");
const folded = [["puf", "puff"], ["buyagold", "buy4gold"]].filter((pair) => finds(...pair)).map(([term]) => term).join(" ");
console.log(`found as written: ${found}\nmissed as written: ${missed}\nfound when folded: ${folded}`);
const [upper, lower] = [!finds("tit", "Titan", ["Titan"]), !finds("tit", "Titan", ["titan"])];
console.log(`spared by titan${lower ? "" : ": no"}, ${upper ? "and" : "not"} by Titan`);
const asSeen = found === "scam boost gr8" && missed === "puff mommy Scam buy4gold" && folded === "puf buyagold";
process.exit(asSeen && lower && !upper ? 0 : 1);
JS
node run.mjs
