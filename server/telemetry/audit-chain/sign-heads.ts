import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import { answerWithin, type Db } from "../../storage/database.ts";
import type { AuditKey, ChainHead, HeadKind } from "./audit-key.ts";
import { appendHead } from "./heads-file.ts";

/** Between two signatures, ms, where there are new entries. */
const SIGN_MS = 30_000;

/** Where heads are signed to. */
export interface HeadsPlace {
  readonly dataDir: string;
  readonly key: AuditKey;
}

/** Signs the head of the chain from time to time. */
export interface HeadSigner {
  /** Signs the head now, if it has moved. */
  sign(): Promise<void>;
  /** Signs it a last time. */
  close(): Promise<void>;
}

/** Opens the signer of a process. */
export function openHeadSigner(ds: DataSource, place: HeadsPlace, log: Pick<BaseLogger, "warn">): HeadSigner {
  let last = "";
  let running = Promise.resolve();
  const signOnce = async () => {
    const head = await readHead(ds);
    if (head === undefined || head.hash === last) return;
    await signHead(ds, place, head, "head");
    last = head.hash;
  };
  const sign = (): Promise<void> => {
    running = running.catch(() => {}).then(signOnce);
    return running;
  };
  const tell = (error: unknown) => log.warn({ err: error }, "the head of the audit log could not be signed");
  const timer = setInterval(() => void sign().catch(tell), SIGN_MS).unref();
  return {
    sign,
    async close() {
      clearInterval(timer);
      await sign().catch(tell);
    },
  };
}

/** Signs a head into the file of the data folder, and into the database for who has not got the file. */
export async function signHead(
  db: Db,
  { dataDir, key }: HeadsPlace,
  head: ChainHead,
  kind: HeadKind,
): Promise<void> {
  const signature = key.sign(head, kind);
  await appendHead(dataDir, { kind, ...head, key: key.id, signature });
  if (kind === "restart") return;
  await answerWithin(
    db.query(
      `INSERT INTO audit_signature (seq, key, hash, at, signature) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (seq, key) DO NOTHING`,
      [head.seq, key.id, head.hash, head.at, signature],
    ),
  );
}

/** The last entry of the chain; undefined: there is none. */
export async function readHead(db: Db): Promise<ChainHead | undefined> {
  const [row] = await answerWithin(
    db.query<{ seq: string; hash: string; at: string }[]>(
      `SELECT seq, hash, (extract(epoch FROM at) * 1000000)::bigint::text AS at
       FROM audit_entry ORDER BY seq DESC LIMIT 1`,
    ),
  );
  return row && { ...row, seq: Number(row.seq) };
}
