import { constants, PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const MB = 1024 * 1024;
/**
 * Semi-space of the young generation, which has three of them, in bytes: of Node 24 and newer, and of older
 * ones.
 */
const SEMI_SPACE = Number(process.versions.node.split(".")[0]) >= 24 ? 64 * MB : 16 * MB;
/** V8 gives up when about so much of the old generation is alive. */
const END = 0.95;
const YOUNG = new Set(["new_space", "new_large_object_space"]);

/** How much of the heap is alive. */
export interface HeapGauge {
  /** Of what V8 can bear, 1 being the end of the process; 0 until it has looked for the first time. */
  share(): number;
  /** Looks anew, which stops the process for as long as V8 takes: 0.1 s for some hundred MB. */
  collect(): void;
  close(): void;
}

/**
 * Watches the heap by what is alive after V8 has collected: in between, most of what grows is garbage. A heap
 * that fills is collected more and more often, so that the end does not come between two looks.
 *
 * @param onLook called after each collection of the whole heap
 */
export function openHeapGauge(onLook: () => void): HeapGauge {
  let alive = 0;
  let collectAll: (() => void) | undefined;
  const look = () => {
    alive = oldBytes();
    onLook();
  };
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some((entry) => kindOf(entry) === constants.NODE_PERFORMANCE_GC_MAJOR)) look();
  });
  observer.observe({ entryTypes: ["gc"] });
  return {
    share: () => alive / (END * oldLimit()),
    collect() {
      collectAll ??= findCollector();
      collectAll();
      look();
    },
    close: () => observer.disconnect(),
  };
}

/** V8's own function, which it gives to contexts that are made while the flag is on. */
function findCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/** What a collection was; the types of Node leave out that its entries say so. */
function kindOf(entry: object): unknown {
  return (entry as { readonly detail?: { readonly kind?: unknown } }).detail?.kind;
}

/**
 * Bytes that V8 gives the old generation, where what lives long is. Its statistics name one limit of both
 * generations, of which --max-old-space-size is the one part, and three semi-spaces the other.
 */
export function oldLimit(): number {
  return getHeapStatistics().heap_size_limit - 3 * semiSpace();
}

function oldBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !YOUNG.has(name))
    .reduce((bytes, space) => bytes + space.space_used_size, 0);
}

/** As it was set for this process, or the default. */
function semiSpace(): number {
  const flags = `${process.env.NODE_OPTIONS ?? ""} ${process.execArgv.join(" ")}`;
  const told = [...flags.matchAll(/--max[-_]semi[-_]space[-_]size[= ](\d+)/g)].at(-1)?.[1];
  return told === undefined ? SEMI_SPACE : Number(told) * MB;
}
