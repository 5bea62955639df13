import { beforeAll, describe, expect, it } from "vitest";
import { ATTACKS } from "../../../drills/behaviours/attacks.ts";
import type { Heard, Near } from "../../../plugins/behaviours/api/view.ts";
import { type Engine, loadEngine } from "../../../plugins/behaviours/sandbox/engine.ts";
import { ScriptFailed, type ScriptFault } from "../../../plugins/behaviours/sandbox/fault.ts";
import { DEFAULT_LIMITS } from "../../../plugins/behaviours/sandbox/limits.ts";
import { Script } from "../../../plugins/behaviours/sandbox/script.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine(64);
});

const nobody: Near = () => [];
const open = (source: string, { memory = "{}", near = nobody } = {}) =>
  Script.open(engine, DEFAULT_LIMITS, { source, memory, near });
const view = (heard: readonly Heard[] = [], chance = 7) => ({
  ...{ tick: 20, time: 1, chance, heard },
  self: { id: "smith", kind: "villager", x: 1, y: 0, z: 2, yaw: 0, moving: false },
});

/** The first decision of a script. */
function decide(source: string, ...args: Parameters<typeof view>) {
  const script = open(source);
  try {
    return script.decide(view(...args));
  } finally {
    script.dispose();
  }
}

/** The fault in which a script ends within so many decisions. */
function faultOf(source: string, most = 100): ScriptFault | undefined {
  let script: Script | undefined;
  try {
    script = open(source);
    for (let i = 0; i < most; i++) script.decide(view());
    return undefined;
  } catch (error) {
    if (!(error instanceof ScriptFailed)) throw error;
    return error.fault;
  } finally {
    script?.dispose();
  }
}

/** What scripts of the class of constructor and prototype walks find: kinds of everything a host has. */
const WALKS = [
  "near.constructor('return this')()",
  "(() => {}).constructor.constructor('return this')()",
  "near.__proto__.constructor('return this')()",
  "Object.getPrototypeOf(Object.getPrototypeOf(near)).constructor.constructor('return this')()",
  "[].constructor.constructor('return this')()",
  "(0, eval)('this')",
];
const HOST_NAMES =
  "process require module Buffer global Date setTimeout queueMicrotask fetch WebAssembly Proxy ArrayBuffer SharedArrayBuffer Atomics console";

describe("a script", () => {
  it("sees itself, its time and what is near, and asks for what it wants", () => {
    const asked: unknown[] = [];
    const wolf = { id: "wolf-1", kind: "wolf", name: "", x: 4, y: 0, z: 6, yaw: 0, distance: 5 };
    const near: Near = (...args) => {
      asked.push(args);
      return [wolf];
    };
    const script = open(
      `on("decide", () => {
        const [wolf] = near(10, "wolf");
        say(wolf.id + " at " + time + ", tick " + tick);
        moveTo(self.x, self.z - wolf.distance, { run: true });
        moveTo(wolf);
        face(wolf);
        face(1);
        stop();
        wait(2.5);
        set("Look", { hat: 3 });
      });`,
      { near },
    );
    expect(script.decide(view()).intents).toEqual([
      ["say", "wolf-1 at 1, tick 20"],
      ["move", 1, -3, true],
      ["move", 4, 6, false],
      ["face", Math.atan2(3, 4)],
      ["face", 1],
      ["stop"],
      ["wait", 2.5],
      ["set", "Look", { hat: 3 }],
    ]);
    expect(asked).toEqual([[10, "wolf"]]);
    script.dispose();
  });

  it("hears events by their names, before it decides, and emits its own", () => {
    const source = `const heard = [];
      on("greeting", (payload, from) => heard.push(payload.word, from));
      on("decide", () => emit("reply", heard));`;
    expect(
      decide(source, [
        ["greeting", { word: "hi" }, "ann"],
        ["unknown", null, null],
      ]).intents,
    ).toEqual([["emit", "reply", ["hi", "ann"]]]);
  });

  it("keeps its memory, and nothing is told of it while it stays as it is", () => {
    const source = "on('decide', () => { memory.seen ??= time; });";
    const script = open(source, { memory: '{"from":3}' });
    expect(script.decide(view()).memory).toBe('{"from":3,"seen":1}');
    expect(script.decide(view())).toEqual({ intents: [], memory: undefined });
    script.dispose();
  });

  it("has a chance that is the same for the same seed, by both of its names", () => {
    const source = "on('decide', () => say([random(), Math.random(), random()].join(' ')));";
    const [one, two, other] = [decide(source), decide(source), decide(source, [], 8)];
    expect(two).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it("may use promises, whose ends are of the same decision", () => {
    const source = "on('decide', async () => { say('now'); await null; say('then'); });";
    expect(decide(source).intents).toEqual([
      ["say", "now"],
      ["say", "then"],
    ]);
  });

  it("is told of its mistakes by line and column", () => {
    expect(faultOf("on('decide', () => {\n  undefinedName();\n});")).toMatchObject({
      ...{ code: "THREW", message: "ReferenceError: 'undefinedName' is not defined", line: 2 },
    });
    expect(faultOf("let a = 1;\n\nlet b = ;")).toMatchObject({ code: "SYNTAX", line: 3, column: 9 });
    const mistakes = [
      ["say(3)", "TypeError: say: text must be a string."],
      ["say('x'.repeat(201))", "RangeError: say: more than 200 characters."],
      ["moveTo(NaN, 1)", "TypeError: moveTo: x must be a finite number."],
      ["for (let i = 0; i < 17; i++) stop()", "RangeError: More than 16 actions in one decision."],
      [
        "for (let i = 0; i < 9; i++) near(1)",
        "RangeError: near was called more than 8 times in one decision.",
      ],
      ["memory.x = 'x'.repeat(1_100)", "RangeError: memory is over 1024 bytes."],
    ];
    for (const [code, message] of mistakes)
      expect(faultOf(`on("decide", () => { ${code}; });`)?.message).toBe(message);
  });

  it("has what it threw told by its words alone, cut to 300 characters", () => {
    expect(faultOf("throw 'x'.repeat(10_000)")?.message).toHaveLength(300);
    expect(faultOf("throw { get message() { throw 1; } }")?.message).toBe(
      "It threw something that is no error.",
    );
  });
});

describe("an attack", () => {
  it.each(Object.entries(ATTACKS))("%s ends in a fault with its name", (_, { source, code }) => {
    expect(faultOf(source)?.code).toBe(code);
  });

  it("by a constructor or a prototype reaches the sandbox's own global, and nothing of the host", () => {
    for (const walk of WALKS) {
      const source = `on("decide", () => {
        const found = ${walk};
        say(found === globalThis ? "own" : "other");
        say("${HOST_NAMES}".split(" ").filter((name) => found[name] !== undefined).join());
      });`;
      expect(decide(source).intents, walk).toEqual([
        ["say", "own"],
        ["say", ""],
      ]);
    }
  });

  it("by import() gets no module", () => {
    const source = "on('decide', () => { import('node:fs').then(() => say('in'), () => say('refused')); });";
    expect(decide(source).intents).toEqual([["say", "refused"]]);
  });

  it("on the API within its sandbox harms itself alone", () => {
    const vandal = open(
      "delete globalThis.say; JSON.parse = () => 1; Array.prototype.push = () => 9; Map.prototype.get = null;",
    );
    expect(() => vandal.decide(view())).toThrow(ScriptFailed);
    vandal.dispose();
    expect(decide("on('decide', () => say('fine'));").intents).toEqual([["say", "fine"]]);
  });

  it("leaves a module in which others go on", () => {
    for (const { source } of Object.values(ATTACKS)) faultOf(source);
    expect(decide("on('decide', () => say('fine'));").intents).toEqual([["say", "fine"]]);
    expect(engine.bytes()).toBeLessThanOrEqual(64 * 1024 * 1024);
  });
});
