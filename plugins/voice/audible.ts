/** Somebody who has voice on, where they stand. Metres. */
export interface Talker {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Voices stay within one zone. */
  readonly zone: string;
}

/** How far voices carry, and how many one hears. */
export interface AudibleLimits {
  /** Within it a pair begins to hear each other, metres. */
  readonly rangeM: number;
  /** How many one hears at most. */
  readonly peersMax: number;
}

/** Who hears whom. */
export interface Audible {
  /** Those whom each of them hears, who hear them too: `b` is in the set of `a` as `a` is in that of `b`. */
  readonly peers: ReadonlyMap<string, ReadonlySet<string>>;
  /** The most that stand within the range of one person, of those that were looked at. */
  readonly crowd: number;
  /** Distances that were measured. */
  readonly looks: number;
}

/** A pair goes on up to so many times the range: who walks along the edge is not cut off again and again. */
const LEAVE = 1.25;
/** A pair that hears each other counts as so much nearer: two who are as near do not take turns. */
const STAY = 0.8;
/** Others that are looked at for each, at most: it bounds the work of a crowd in one place. */
const SCAN_MAX = 256;
/** Nearest others that each proposes as pairs: twice as many as they may get, as some are taken. */
const PROPOSED = 2;

const NOBODY: ReadonlySet<string> = new Set();

interface Pair {
  readonly a: number;
  readonly b: number;
  readonly distance: number;
}

/**
 * Decides who hears whom: the nearest pairs first, each of the two with a free place, none across zones, and
 * none that `mayHear` refuses. Pairs are of both sides. For `n` people it takes at most `n` times 256 looks.
 *
 * @param before who heard whom until now
 * @param mayHear of a pair, in either order
 */
export function decideAudible(
  talkers: readonly Talker[],
  before: Audible["peers"],
  mayHear: (a: Talker, b: Talker) => boolean,
  { rangeM, peersMax }: AudibleLimits,
): Audible {
  const leaveM = rangeM * LEAVE;
  const cells = sortIntoCells(talkers, rangeM);
  const indexes = new Map(talkers.map(({ id }, index) => [id, index]));
  const pairs: Pair[] = [];
  let crowd = 0;
  let looks = 0;
  for (const [a, own] of talkers.entries()) {
    const nearest = new Nearest(peersMax * PROPOSED);
    // Those first whom it hears: in a crowd they might not be among those who are looked at.
    const heard = before.get(own.id) ?? NOBODY;
    for (const id of heard) {
      const b = indexes.get(id);
      const other = b === undefined ? undefined : talkers[b];
      if (b === undefined || other?.zone !== own.zone) continue;
      const distanceM = lengthOf(own.x - other.x, own.y - other.y, own.z - other.z);
      if (distanceM <= leaveM && mayHear(own, other)) nearest.add({ a, b, distance: distanceM * STAY });
    }
    let within = 0;
    let left = SCAN_MAX;
    for (const members of cellsAbout(cells, own, rangeM)) {
      const scanned = Math.min(members.length, left);
      left -= scanned;
      looks += scanned;
      for (let i = 0; i < scanned; i++) {
        // Of a full cell each begins with another: whom one does not look at is looked at by others.
        const b = (a + i) % members.length;
        const other = members[b];
        if (!other || other.talker === own) continue;
        const { x, y, z, id } = other.talker;
        const distanceM = lengthOf(own.x - x, own.y - y, own.z - z);
        if (distanceM <= rangeM) within++;
        // Not-a-number is within no range.
        if (!(distanceM <= rangeM) || !nearest.takes(distanceM) || heard.has(id)) continue;
        if (mayHear(own, other.talker)) nearest.add({ a, b: other.index, distance: distanceM });
      }
    }
    pairs.push(...nearest.pairs);
    crowd = Math.max(crowd, within);
  }
  return { peers: choose(talkers, pairs, peersMax), crowd, looks };
}

/** The nearest pairs first, while both have a free place. */
function choose(talkers: readonly Talker[], pairs: Pair[], peersMax: number): Audible["peers"] {
  const peers = new Map<string, Set<string>>(talkers.map(({ id }) => [id, new Set()]));
  pairs.sort((one, other) => one.distance - other.distance);
  for (const { a, b } of pairs) {
    const [first, second] = [talkers[a]?.id ?? "", talkers[b]?.id ?? ""];
    const [own, theirs] = [peers.get(first), peers.get(second)];
    if (!own || !theirs || own.has(second)) continue;
    if (own.size >= peersMax || theirs.size >= peersMax) continue;
    own.add(second);
    theirs.add(first);
  }
  return peers;
}

interface Placed {
  readonly talker: Talker;
  readonly index: number;
}
type Cells = ReadonlyMap<string, readonly Placed[]>;

function sortIntoCells(talkers: readonly Talker[], edgeM: number): Cells {
  const cells = new Map<string, Placed[]>();
  for (const [index, talker] of talkers.entries()) {
    const { x, z, zone } = talker;
    const key = keyOf(Math.floor(x / edgeM), Math.floor(z / edgeM), zone);
    const members = cells.get(key);
    if (members) members.push({ talker, index });
    else cells.set(key, [{ talker, index }]);
  }
  return cells;
}

/** Zones have cells of their own: nobody of another one is looked at. */
const keyOf = (column: number, row: number, zone: string) => `${column} ${row} ${zone}`;

/** The cell of one, and the eight about it. */
function cellsAbout(cells: Cells, { x, z, zone }: Talker, edgeM: number): (readonly Placed[])[] {
  const [column, row] = [Math.floor(x / edgeM), Math.floor(z / edgeM)];
  return ABOUT.flatMap(([dx, dz]) => {
    const members = cells.get(keyOf(column + dx, row + dz, zone));
    return members ? [members] : [];
  });
}

/** The own cell first. */
const ABOUT = [
  [0, 0],
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
] as const;

/** The nearest few of many. */
class Nearest {
  readonly pairs: Pair[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether one at this distance is among the nearest. */
  takes(distance: number): boolean {
    const last = this.pairs[this.#most - 1];
    return last === undefined || distance < last.distance;
  }

  add(pair: Pair): void {
    let at = this.pairs.length;
    while (at > 0 && (this.pairs[at - 1]?.distance ?? 0) > pair.distance) at--;
    this.pairs.splice(at, 0, pair);
    if (this.pairs.length > this.#most) this.pairs.pop();
  }
}

/** Faster than `Math.hypot`. */
const lengthOf = (x: number, y: number, z: number) => Math.sqrt(x * x + y * y + z * z);
