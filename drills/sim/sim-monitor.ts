import type { DataSource } from "typeorm";
import { verifyLedger } from "../../server/items/ledger.ts";

/** Mark in a saved state: the claim under which it was written, and the number of the write. */
export interface Tag {
  epoch: number;
  seq: number;
}

interface Row {
  id: string;
  owner: string | null;
  epoch: number;
  version: number;
  lease: number | null;
  nonce: string | null;
  until: number | null;
  tag: Tag;
}

/** A request, and what the ledger must hold of it. */
export interface Asked {
  /** `<character>:<request>`, as the ledger has it. */
  key: string;
  coins: number;
  herbs: number;
  acknowledged: boolean;
}

/** Checks the rows after each statement, and the ledger in the end. */
export interface Monitor {
  readonly violations: string[];
  violate(invariant: string, what: string): void;
  /** Compares the rows with those before this statement. */
  look(sql: string, parameters: unknown[] | undefined, nowMs: number): Promise<void>;
  /** A save was acknowledged: it must have been committed at some time. */
  acknowledged(id: string, tag: Tag): void;
  /** I1 and I2 over all requests. */
  audit(asked: Iterable<Asked>): Promise<void>;
}

/** Opens a monitor on a database with a few characters. */
export function openMonitor(ds: DataSource): Monitor {
  const violations: string[] = [];
  const history = new Map<string, Set<string>>();
  let last = new Map<string, Row>();
  let lastLeg = "0"; // seq of the ledger goes on over the schedules
  const violate = (invariant: string, what: string) => {
    violations.push(`${invariant}: ${what}`);
  };

  async function read(): Promise<Map<string, Row>> {
    const rows = await ds.query<Row[]>(`
      SELECT id, owner, epoch, version, extract(epoch FROM lease_until)::float8 * 1000 AS lease,
        transfer_nonce AS nonce, extract(epoch FROM transfer_until)::float8 * 1000 AS until,
        COALESCE(state->'stats'->'tag', '{"epoch": 0, "seq": 0}') AS tag FROM character`);
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** I3 and I11: whether the new owner was allowed to acquire it. */
  function acquired(was: Row, is: Row, sql: string, parameters: unknown[] | undefined, now: number) {
    const travelling = was.nonce !== null && was.until !== null && was.until > now;
    const byTicket = sql.includes("transfer_nonce = $4") || sql.includes("$4::text IS NOT NULL");
    if (byTicket && !(travelling && parameters?.[3] === was.nonce)) {
      violate("I11", `a ticket that is not good was honoured for ${is.id}`);
    }
    if (!byTicket && travelling) violate("I11", `${is.id} was claimed by the way while it travels`);
    if (was.owner !== null && was.lease !== null && was.lease >= now) {
      violate("I3", `${is.id} was claimed while ${was.owner} had it`);
    }
  }

  /** I4 and I11: whether the writer was allowed to, and the state is no older than the former one. */
  function written(was: Row, is: Row) {
    const handedOver = is.nonce !== null && is.epoch === was.epoch + 1;
    const under = handedOver ? is.epoch - 1 : is.epoch;
    if (was.owner === null) violate("I11", `${is.id} was written while nobody had it`);
    if (is.tag.epoch !== under)
      violate("I4", `${is.id} was written under epoch ${is.tag.epoch}, held under ${under}`);
    if (is.tag.epoch < was.tag.epoch || (is.tag.epoch === was.tag.epoch && is.tag.seq < was.tag.seq)) {
      violate("I4", `an older state of ${is.id} landed on a newer one`);
    }
  }

  /** Checks that the last booking was for a character that its owner has, alive. */
  async function booked(): Promise<void> {
    const legs = await ds.query<{ seq: string; id: string; epoch: number; dead: boolean }[]>(
      `SELECT seq, split_part(request_id, ':', 1) AS id, epoch,
         reason <> 'death' AND EXISTS (SELECT 1 FROM death_lock WHERE character::text = split_part(request_id, ':', 1)) AS dead
       FROM ledger WHERE seq > $1 ORDER BY seq`,
      [lastLeg],
    );
    for (const { seq, id, epoch, dead } of legs) {
      lastLeg = seq;
      if (last.get(id)?.epoch !== epoch)
        violate("I3", `${id} was booked under epoch ${epoch}, which is not its own`);
      if (dead) violate("I5", `${id} was dead and had something booked`);
    }
  }

  return {
    violations,
    violate,
    async look(sql, parameters, now) {
      const rows = await read();
      for (const [id, is] of rows) {
        const was = last.get(id);
        if (!was) continue;
        if (is.owner !== null && is.epoch !== was.epoch) acquired(was, is, sql, parameters, now);
        if (is.tag.epoch !== was.tag.epoch || is.tag.seq !== was.tag.seq) written(was, is);
        const seen = history.get(id) ?? new Set();
        history.set(id, seen.add(`${is.tag.epoch}/${is.tag.seq}`));
      }
      last = rows;
      if (sql === "COMMIT") await booked();
    },
    acknowledged(id, { epoch, seq }) {
      if (!history.get(id)?.has(`${epoch}/${seq}`)) {
        violate("I2", `save ${epoch}/${seq} of ${id} was acknowledged and never committed`);
      }
    },
    async audit(asked) {
      const booked = new Map<string, { coins: number; herbs: number }>();
      const legs = await ds.query<{ key: string; coins: string; herbs: string }[]>(
        "SELECT request_id AS key, -sum(coins) AS coins, -sum(qty) AS herbs FROM ledger WHERE account = 'world' GROUP BY 1",
      );
      for (const { key, coins, herbs } of legs)
        booked.set(key, { coins: Number(coins), herbs: Number(herbs) });
      for (const { key, coins, herbs, acknowledged } of asked) {
        const of = booked.get(key) ?? { coins: 0, herbs: 0 };
        const none = of.coins === 0 && of.herbs === 0;
        const once = of.coins === coins && of.herbs === herbs;
        if (!once && (acknowledged || !none)) {
          violate("I2", `request ${key} is booked as ${JSON.stringify(of)}, acknowledged ${acknowledged}`);
        }
      }
      for (const { account, item, booked, found } of await verifyLedger(ds)) {
        violate("I1", `${account} holds ${found} ${item ?? "coins"}, booked ${booked}`);
      }
    },
  };
}
