import type { Db } from "../../storage/database.ts";
import type { AuditKey, ChainHead } from "./audit-key.ts";
import { CHAIN_BEGIN, type ChainLink, hashOfLink } from "./chain.ts";
import { readHeads, type SignedHead } from "./heads-file.ts";
import type { HeadsPlace } from "./sign-heads.ts";

/** Entries read at a time. */
const PAGE = 1_000;
/** Age at which entries leave the audit log, ms; a little less, for the clocks. */
const AGE_MS = 364 * 86_400_000;

/** The first thing that is wrong. */
export interface ChainFault {
  /** Number of the first entry that is concerned. */
  readonly seq: number;
  readonly kind: "changed" | "missing" | "inserted" | "cut off" | "signature";
  readonly text: string;
}

/** Result of a verification. */
export interface ChainReport {
  readonly entries: number;
  /** Signed heads that were compared, of the folder's file and of the database, and those of other keys. */
  readonly heads: number;
  readonly foreignHeads: number;
  /** Times that a backup was brought back: what was signed before is not compared. */
  readonly restarts: number;
  readonly fault?: ChainFault;
}

/**
 * Verifies the chain against itself, its head, and all heads that were signed with our key. `db` is one
 * snapshot: a transaction that is REPEATABLE READ.
 */
export async function verifyChain(db: Db, { dataDir, key }: HeadsPlace): Promise<ChainReport> {
  // Read before the entries are: a head that is signed meanwhile may be of an entry that this does not see.
  const file = await readHeads(dataDir);
  const restarts = file.filter((head) => head?.kind === "restart").length;
  const kept = file.slice(file.findLastIndex((head) => head?.kind === "restart") + 1);
  const [head] = await db.query<{ seq: string; hash: string; kept_from: string }[]>(
    "SELECT seq, hash, kept_from FROM audit_head WHERE id = 1",
  );
  const signed = [...kept, ...(await storedHeads(db))];
  const ours = signed.filter((one): one is SignedHead => one?.key === key.id);
  const bad = faultOfSignatures(signed, ours, file, key);
  const wanted = new Map<number, SignedHead>();
  let fault = bad;
  for (const one of ours) {
    const other = wanted.get(one.seq);
    if (other && other.hash !== one.hash) fault = first(fault, changed(one.seq, "two heads differ"));
    if (!other) wanted.set(one.seq, one);
  }
  const walk = await walkChain(db, Number(head?.kept_from ?? 1), wanted);
  fault = first(fault, walk.fault);
  // Those that ran out are gone; a head of a younger one says that it was there.
  const lost = ours.find(({ seq, at }) => walk.last && seq < walk.begin && !isOutOfAge(at));
  if (lost)
    fault = first(fault, {
      seq: lost.seq,
      kind: "missing",
      text: `Entry ${lost.seq} is missing, at the beginning.`,
    });
  const end = head && { seq: Number(head.seq), hash: head.hash };
  fault = first(fault, faultOfEnd(walk.last, end, [...wanted.values()]));
  return {
    entries: walk.entries,
    heads: ours.length,
    foreignHeads: signed.length - ours.length,
    restarts,
    ...(fault && { fault }),
  };
}

function faultOfSignatures(
  signed: readonly (SignedHead | undefined)[],
  ours: readonly SignedHead[],
  file: readonly (SignedHead | undefined)[],
  key: AuditKey,
): ChainFault | undefined {
  if (signed.includes(undefined) || file.includes(undefined))
    return { seq: 0, kind: "signature", text: "A line of the file of signed heads cannot be read." };
  const forged = [...ours, ...file].find(
    (one) => one?.key === key.id && !key.isOurs(one, one.kind, one.signature),
  );
  if (!forged) return undefined;
  return { seq: forged.seq, kind: "signature", text: `The signature of head ${forged.seq} is forged.` };
}

async function storedHeads(db: Db): Promise<SignedHead[]> {
  const rows = await db.query<(Omit<SignedHead, "seq" | "kind"> & { seq: string })[]>(
    "SELECT seq, key, hash, at::text AS at, signature FROM audit_signature ORDER BY seq",
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq), kind: "head" as const }));
}

type End = Pick<ChainHead, "seq" | "hash">;
type Stored = Omit<ChainLink, "seq"> & { readonly seq: string; readonly hash: string };

async function walkChain(db: Db, from: number, wanted: ReadonlyMap<number, SignedHead>) {
  let last: End | undefined;
  let begin = 0;
  let entries = 0;
  let fault: ChainFault | undefined;
  for (let after = "-9223372036854775808"; ; ) {
    const page = await readPage(db, after);
    for (const row of page) {
      entries += 1;
      fault ??= faultOfLink(row, last, from, wanted);
      if (!last) begin = Number(row.seq);
      last = { seq: Number(row.seq), hash: row.hash };
    }
    const end = page.at(-1)?.seq;
    if (end === undefined) return { begin, last, entries, fault };
    after = end;
  }
}

function readPage(db: Db, after: string): Promise<Stored[]> {
  return db.query<Stored[]>(
    `SELECT seq, prev, hash, id, (extract(epoch FROM at) * 1000000)::bigint::text AS at, caller, role,
       account_id AS account, character_id AS character, game, room_id AS "roomId", line, outcome, operation,
       concerns
     FROM audit_entry WHERE seq > $1::bigint ORDER BY audit_entry.seq LIMIT ${PAGE}`,
    [after],
  );
}

function faultOfLink(
  { hash, ...row }: Stored,
  last: End | undefined,
  from: number,
  wanted: ReadonlyMap<number, SignedHead>,
): ChainFault | undefined {
  const link: ChainLink = { ...row, seq: Number(row.seq) };
  const { seq, prev } = link;
  const next = last ? last.seq + 1 : from;
  if (seq > next) {
    const text = `Entry ${next} is missing${seq > next + 1 ? `, and those up to ${seq - 1}` : ""}.`;
    return { seq: next, kind: "missing", text };
  }
  if (seq < next) return { seq, kind: "inserted", text: `Entry ${seq} was inserted before the first one.` };
  if (hashOfLink(link) !== hash) return changed(seq, "it does not fit its hash");
  if (last ? prev !== last.hash : seq === 1 && prev !== CHAIN_BEGIN)
    return changed(seq, "it does not follow the entry before");
  const head = wanted.get(seq);
  if (head && head.hash !== hash) return changed(seq, "it is not the one whose head was signed");
  return undefined;
}

/** What the end and the beginning lack that was there once. */
function faultOfEnd(
  last: End | undefined,
  head: End | undefined,
  signed: readonly SignedHead[],
): ChainFault | undefined {
  const end = last?.seq ?? 0;
  if (!head) return { seq: end, kind: "missing", text: "The head of the chain is missing." };
  const beyond = signed.filter(({ seq }) => seq > end).map(({ seq }) => seq);
  if (beyond.length > 0 || head.seq > end) {
    const text = `The entries after ${end} are cut off: there were ${Math.max(head.seq, ...beyond)}.`;
    return { seq: end + 1, kind: "cut off", text };
  }
  if (head.seq < end)
    return {
      seq: head.seq + 1,
      kind: "inserted",
      text: `Entry ${head.seq + 1} was inserted after the head.`,
    };
  return last && head.hash !== last.hash ? changed(end, "the head is another one") : undefined;
}

function changed(seq: number, why: string): ChainFault {
  return { seq, kind: "changed", text: `Entry ${seq} was changed: ${why}.` };
}

/** The one of the earlier entry. */
function first(one: ChainFault | undefined, other: ChainFault | undefined): ChainFault | undefined {
  if (!one || !other) return one ?? other;
  return other.seq < one.seq ? other : one;
}

/** The oldest entry that may be gone because of its age. */
function isOutOfAge(at: string, nowMs = Date.now()): boolean {
  return Number(BigInt(at) / 1_000n) < nowMs - AGE_MS;
}
