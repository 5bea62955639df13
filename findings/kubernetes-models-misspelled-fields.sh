#!/usr/bin/env bash
# kubernetes-models 4.5.1, Node 20 or newer.
#
# A good engineer's guess: `new Deployment({...}).validate()`, which checks against the JSON schema of the API, refuses a field
# that the API does not have. That is the mistake that a check of manifests is there for.
# What it does: `replica: 3` and `imagePulPolicy: "Always"` are valid; a missing selector and a text for `replicas` are not.
# Why the guess goes wrong: the schemas of Kubernetes' OpenAPI document are open: they name fields, and do not say that there
# are no others. The API server itself tells unknown fields apart by its types (`kubectl --validate=strict`), not by them.
# In TypeScript the object literal is checked; what is read from YAML, or made by spreading, is not checked by anything.
#
# Seen: "misspelled: valid", "no selector: refused", "replicas as text: refused". Exits with 1 if that is no longer so.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund kubernetes-models@4.5.1
cat > run.mjs <<'JS'
import { Deployment } from "kubernetes-models/apps/v1";
const labels = { app: "rooms" };
const container = { name: "rooms", image: "rooms:1" };
const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } };
function check(what, changed) {
  let answer = "valid";
  try {
    new Deployment({ metadata: { name: "rooms" }, spec: { ...spec, ...changed } }).validate();
  } catch {
    answer = "refused";
  }
  console.log(`${what}: ${answer}`);
  return answer;
}
const misspelled = { containers: [{ ...container, imagePulPolicy: "Always" }] };
const answers = [
  check("misspelled", { replica: 3, template: { metadata: { labels }, spec: misspelled } }),
  check("no selector", { selector: undefined }),
  check("replicas as text", { replicas: "three" }),
];
process.exit(String(answers) === "valid,refused,refused" ? 0 : 1);
JS
node run.mjs
