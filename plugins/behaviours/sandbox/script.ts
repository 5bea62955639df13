import type { QuickJSContext, QuickJSHandle, QuickJSRuntime } from "quickjs-emscripten-core";
import { type Decision, readDecision } from "../api/intent.ts";
import { prelude } from "../api/prelude.ts";
import type { Near, View } from "../api/view.ts";
import type { Engine } from "./engine.ts";
import { type FaultCode, faultOf, ScriptFailed, type ScriptFault } from "./fault.ts";
import type { ScriptLimits } from "./limits.ts";

/** Name of a script's file in its stack traces. */
const FILE = "script.js";
/** Decisions between two looks at a script's memory, which cost as much as a decision. */
const LOOK_EVERY = 32;
/** Of an error whose properties are not texts, or throw. */
const UNREADABLE = "It threw something that is no error.";
/** A module's growth within one call that makes it worth a look, bytes. */
const GROWTH = 1024 * 1024;

/** A script to open: its source, its memory as JSON, and what it sees. */
export interface ScriptSource {
  readonly source: string;
  /** At most 1 kB, as a decision gave it. */
  readonly memory: string;
  readonly near: Near;
}

/**
 * A script in a runtime of its own. It has no clock, no timers, no modules, no network, no objects of the
 * host: text goes in, and text that is checked comes out. A fault leaves it half-written: dispose of it, and
 * open it anew from its last memory.
 */
export class Script {
  readonly #engine: Engine;
  readonly #runtime: QuickJSRuntime;
  readonly #vm: QuickJSContext;
  readonly #limits: ScriptLimits;
  readonly #handles: QuickJSHandle[] = [];
  #decide: QuickJSHandle | undefined;
  #finish: QuickJSHandle | undefined;
  #units = 0;
  #unitsMost = 0;
  #bytesBefore = 0;
  #cause: "STEPS" | "MEMORY" | undefined;
  #decisions = 0;

  private constructor(engine: Engine, limits: ScriptLimits) {
    this.#engine = engine;
    this.#limits = limits;
    this.#runtime = engine.module.newRuntime();
    this.#runtime.setMemoryLimit(limits.memoryKb * 1024);
    this.#runtime.setMaxStackSize(limits.stackKb * 1024);
    this.#runtime.setInterruptHandler(() => this.#isOver());
    // `Date` is a clock, `Proxy` and typed arrays are more to go wrong, and nobody needs them here.
    this.#vm = this.#runtime.newContext({
      intrinsics: {
        BaseObjects: true,
        Eval: true,
        RegExp: true,
        RegExpCompiler: true,
        JSON: true,
        MapSet: true,
        Promise: true,
      },
    });
    this.#runtime.context = this.#vm;
  }

  /**
   * Opens a script: it is read and run once, and registers its handlers.
   *
   * @throws ScriptFailed; anything else: the engine broke under it, and its module must not be used again
   */
  static open(engine: Engine, limits: ScriptLimits, from: ScriptSource): Script {
    if (Buffer.byteLength(from.source) > limits.sourceKb * 1024)
      throw new ScriptFailed(faultOf("SOURCE", `The source is over ${limits.sourceKb} kB.`));
    const script = new Script(engine, limits);
    try {
      script.#load(from);
      return script;
    } catch (error) {
      if (error instanceof ScriptFailed) script.dispose();
      throw error;
    }
  }

  /**
   * Lets the script decide.
   *
   * @throws ScriptFailed; dispose of the script then. Anything else: as of {@link Script.open}
   */
  decide(view: View): Decision {
    const text = this.#bounded(this.#limits.decisionUnits, () => {
      const arg = this.#vm.newString(JSON.stringify(view));
      const given = arg.consume((one) => this.#textOf(this.#decide, one));
      // A job that follows up a promise may have decided more.
      return this.#runJobs() ? this.#textOf(this.#finish, this.#vm.undefined) : given;
    });
    const decision = readDecision(text);
    if (!decision) throw new ScriptFailed(faultOf("ANSWER", "What the script gave is no decision."));
    return decision;
  }

  /** Frees its runtime. */
  dispose(): void {
    for (const handle of this.#handles.splice(0)) handle.dispose();
    this.#vm.dispose();
    this.#runtime.dispose();
  }

  #load({ source, memory, near }: ScriptSource): void {
    const vm = this.#vm;
    const ask = this.#keep(
      vm.newFunction("near", (radius, kind) => {
        const seen = near(vm.getNumber(radius), vm.getString(kind).slice(0, 40));
        return vm.newString(JSON.stringify(seen));
      }),
    );
    this.#bounded(this.#limits.loadUnits, () => {
      const make = this.#keep(this.#unwrap(vm.evalCode(prelude, "prelude.js", { strict: true })));
      const sides = this.#keep(this.#unwrap(vm.callFunction(make, vm.undefined, ask)));
      this.#decide = this.#keep(vm.getProp(sides, "decide"));
      this.#finish = this.#keep(vm.getProp(sides, "finish"));
      const begin = this.#keep(vm.getProp(sides, "begin"));
      const kept = this.#keep(vm.newString(memory));
      this.#unwrap(vm.callFunction(begin, vm.undefined, kept)).dispose();
      this.#unwrap(vm.evalCode(source, FILE, { strict: true })).dispose();
      this.#runJobs();
    });
  }

  #keep(handle: QuickJSHandle): QuickJSHandle {
    this.#handles.push(handle);
    return handle;
  }

  /**
   * Called by the engine every 10,000 steps or so. A module grows by a fifth at a time, whoever was the last
   * to ask; by a half in one decision it is filled on purpose.
   */
  #isOver(): boolean {
    this.#units += 1;
    if (this.#units > this.#unitsMost) this.#cause ??= "STEPS";
    if (this.#grown() > this.#bytesBefore / 2) this.#cause ??= "MEMORY";
    return this.#cause !== undefined;
  }

  #grown(): number {
    return this.#engine.bytes() - this.#bytesBefore;
  }

  /**
   * Runs something under limits. What the engine reports of an interrupt differs between plain code and jobs,
   * and a script can catch some of it: what is believed is what was noted on this side.
   */
  #bounded<T>(units: number, run: () => T): T {
    this.#units = 0;
    this.#unitsMost = units;
    this.#cause = undefined;
    this.#bytesBefore = this.#engine.bytes();
    let result: T;
    try {
      result = run();
    } catch (error) {
      if (!(error instanceof ScriptFailed)) throw error;
      const { fault } = error;
      throw new ScriptFailed(
        this.#cause ? faultOf(this.#cause, this.#told(), positionOfFault(fault)) : fault,
      );
    }
    this.#decisions += 1;
    const isLookDue = this.#decisions % LOOK_EVERY === 1 || this.#grown() > GROWTH;
    if (isLookDue && this.#usedBytes() > this.#limits.memoryKb * 1024) this.#cause ??= "MEMORY";
    if (this.#cause) throw new ScriptFailed(faultOf(this.#cause, this.#told()));
    return result;
  }

  #told(): string {
    return this.#cause === "STEPS"
      ? "It took more steps than a decision may: do less at once."
      : `It asked for more than ${this.#limits.memoryKb} kB of memory.`;
  }

  #usedBytes(): number {
    return this.#runtime.computeMemoryUsage().consume((usage) => {
      const used = this.#vm.getProp(usage, "memory_used_size");
      return used.consume((one) => this.#vm.getNumber(one));
    });
  }

  /** @returns whether there were any */
  #runJobs(): boolean {
    if (!this.#runtime.hasPendingJob()) return false;
    const ran = this.#runtime.executePendingJobs(this.#limits.jobs);
    if (ran.error) {
      const fault = this.#describe(ran.error);
      ran.error.dispose();
      throw new ScriptFailed(fault);
    }
    if (this.#runtime.hasPendingJob())
      throw new ScriptFailed(
        faultOf("JOBS", `More than ${this.#limits.jobs} jobs of promises in one decision.`),
      );
    return true;
  }

  #textOf(made: QuickJSHandle | undefined, arg: QuickJSHandle): string {
    if (!made) throw new ScriptFailed(unknownFault());
    const value = this.#unwrap(this.#vm.callFunction(made, this.#vm.undefined, arg));
    return value.consume((one) => (this.#vm.typeof(one) === "string" ? this.#vm.getString(one) : "?"));
  }

  #unwrap(result: ReturnType<QuickJSContext["evalCode"]>): QuickJSHandle {
    if (!result.error) return result.value;
    const fault = result.error.consume((error) => this.#describe(error));
    throw new ScriptFailed(fault);
  }

  /** An error of the script, as far as it can be read: its properties may be anything. */
  #describe(error: QuickJSHandle): ScriptFault {
    const vm = this.#vm;
    const kind = vm.typeof(error);
    if (kind !== "object")
      return faultOf("THREW", kind === "string" ? vm.getString(error) : `It threw a ${kind}.`);
    const read = (name: string): string => {
      const value = vm.getProp(error, name);
      return value.consume((one) => (vm.typeof(one) === "string" ? vm.getString(one).slice(0, 2_000) : ""));
    };
    try {
      const message = read("message");
      const name = read("name");
      const words = [name, message].filter((part) => part !== "").join(": ");
      return faultOf(codeOf(name, message), words || UNREADABLE, positionIn(read("stack")));
    } catch {
      return faultOf("THREW", UNREADABLE);
    }
  }
}

const unknownFault = () => faultOf("THREW", "The script cannot be run.");
const positionOfFault = ({ line, column }: { line: number; column: number }) => [line, column] as const;

/** Where in the script a stack begins. */
function positionIn(stack: string): readonly [number, number] {
  const [, line = "0", column = "0"] = /\bscript\.js:(\d+)(?::(\d+))?/.exec(stack) ?? [];
  return [Number(line), Number(column)];
}

/** The engine's own errors by their words. A script can throw alike, and is told so of itself then. */
function codeOf(name: string, message: string): FaultCode {
  if (name === "SyntaxError") return "SYNTAX";
  if (message === "out of memory") return "MEMORY";
  return message === "stack overflow" ? "STACK" : "THREW";
}
