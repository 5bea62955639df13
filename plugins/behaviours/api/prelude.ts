import { INTENT_LIMITS } from "./intent.ts";

/** Version of the API that scripts are written for; another one when something in it changes its meaning. */
export const API_VERSION = 1;

/** Calls of `near` in one decision, and handlers of one script. */
const NEAR_MOST = 8;
const HANDLERS_MOST = 64;

const { most, sayChars, waitS, memoryBytes } = INTENT_LIMITS;

/**
 * The script's side of the API, run in its sandbox before the script. Nothing is safe because of it: a script
 * may change all of it, and what comes out is checked outside. It gives errors that name the mistake.
 *
 * Its value is a function of the host's `near` that returns `begin` (the memory as JSON), `decide` (a view as
 * JSON) and `finish`, for when promises have gone on since; the latter two return all intents of the decision
 * and the memory if it changed as JSON, or "" for neither.
 */
export const prelude = `(function (askNear) {
"use strict";
const { parse, stringify } = JSON;
const { imul, atan2 } = Math;
const handlers = new Map();
let intents = [];
let asked = 0;
let view = { tick: 0, time: 0, self: Object.freeze({}) };
let memory = {};
let kept = "{}";
let latest = kept;
let chance = 0;
const random = () => {
  chance = (chance + 0x6d2b79f5) >>> 0;
  let mixed = imul(chance ^ (chance >>> 15), chance | 1);
  mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
};
Math.random = random;
const finite = (value, name) => {
  if (typeof value !== "number" || value - value !== 0) throw new TypeError(name + " must be a finite number.");
  return value;
};
const intend = (...intent) => {
  if (intents.length >= ${most}) throw new RangeError("More than ${most} actions in one decision.");
  intents.push(intent);
};
const placeOf = (to, z, name) =>
  typeof to === "object" && to !== null
    ? [finite(to.x, name + ": x"), finite(to.z, name + ": z")]
    : [finite(to, name + ": x"), finite(z, name + ": z")];
const api = {
  near(radius, kind = "") {
    if ((asked += 1) > ${NEAR_MOST}) throw new RangeError("near was called more than ${NEAR_MOST} times in one decision.");
    return parse(askNear(finite(radius, "near: radius"), String(kind)));
  },
  say(text) {
    if (typeof text !== "string") throw new TypeError("say: text must be a string.");
    if (text.length > ${sayChars}) throw new RangeError("say: more than ${sayChars} characters.");
    intend("say", text);
  },
  moveTo(to, z, how) {
    const options = typeof to === "object" ? z : how;
    intend("move", ...placeOf(to, z, "moveTo"), Boolean(options && options.run));
  },
  stop() { intend("stop"); },
  face(to, z) {
    if (typeof to === "number" && z === undefined) return intend("face", finite(to, "face: yaw"));
    const [x, depth] = placeOf(to, z, "face");
    intend("face", atan2(x - view.self.x, depth - view.self.z));
  },
  wait(seconds) {
    if (!(finite(seconds, "wait: seconds") >= 0 && seconds <= ${waitS})) throw new RangeError("wait: from 0 to ${waitS} seconds.");
    intend("wait", seconds);
  },
  on(event, handler) {
    if (typeof handler !== "function") throw new TypeError("on: the handler must be a function.");
    if (handlers.size >= ${HANDLERS_MOST} && !handlers.has(event)) throw new RangeError("on: more than ${HANDLERS_MOST} events.");
    handlers.set(String(event), handler);
  },
  emit(name, payload = null) { intend("emit", String(name), payload); },
  set(component, values) { intend("set", String(component), values); },
  random,
};
for (const name of Object.keys(api))
  Object.defineProperty(globalThis, name, { value: api[name], configurable: true, enumerable: true });
for (const name of ["self", "tick", "time"])
  Object.defineProperty(globalThis, name, { get: () => view[name], configurable: true, enumerable: true });
Object.defineProperty(globalThis, "memory", {
  get: () => memory,
  set(value) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new TypeError("memory must be an object.");
    memory = value;
  },
  configurable: true,
  enumerable: true,
});
const finish = () => {
  const text = stringify(memory);
  if (text.length > ${memoryBytes}) throw new RangeError("memory is over ${memoryBytes} bytes.");
  latest = text;
  if (intents.length === 0 && text === kept) return "";
  return stringify([intents, text === kept ? null : text]);
};
return {
  begin(text) {
    kept = latest = text;
    memory = parse(text);
  },
  decide(text) {
    view = parse(text);
    Object.freeze(view.self);
    chance = view.chance >>> 0;
    kept = latest;
    intents = [];
    asked = 0;
    for (const [name, payload, from] of view.heard) {
      const handler = handlers.get(name);
      if (handler) handler(payload, from);
    }
    const handler = handlers.get("decide");
    if (handler) handler();
    return finish();
  },
  finish,
};
})`;
