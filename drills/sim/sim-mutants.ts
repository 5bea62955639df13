import type { Edit } from "../rewrite.ts";

/** The real program with one guard taken out. */
export interface Mutant {
  readonly name: string;
  /** Number of the profile that is searched first (`PROFILES`); any where not given. */
  readonly profile?: number;
  readonly edits?: readonly Edit[];
  /** Undoes a second guard of the database itself that would hide the first; and puts it back. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** True: every write of a state reports one changed row. */
  readonly blindToCounts?: boolean;
  /** True: no process ever notices by itself that its leases ran out. */
  readonly noSelfFence?: boolean;
}

const WRITE = "owner = $2 AND epoch = $3 AND version = $5";

/** Each guard of the lease, the hand-over and the ledger, taken out in turn. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "owner check",
    profile: 3,
    edits: [[WRITE, "$2::text IS NOT NULL AND epoch = $3 AND version = $5"]],
  },
  { name: "row count of a save", profile: 1, blindToCounts: true },
  { name: "lease_until check of a claim", edits: [["(owner IS NULL OR lease_until < now())", "true"]] },
  {
    name: "journey check of a claim",
    edits: [["AND (transfer_nonce IS NULL OR transfer_until < now())", ""]],
  },
  { name: "ticket check", profile: 2, edits: [["transfer_nonce = $4", "$4::text IS NOT NULL"]] },
  { name: "ticket time check", profile: 2, edits: [["AND transfer_until > now()", ""]] },
  { name: "self-fence", noSelfFence: true },
  { name: "fence of a booking", edits: [["(c.owner = asker.owner AND c.epoch = asker.epoch)", "true"]] },
  {
    name: "request id",
    edits: [
      ["VALUES ($1, $2, $3, '{}')", "VALUES ($1 || gen_random_uuid(), $2, $3, '{}')"],
      [
        "UPDATE request_result SET result = $2 WHERE request_id = $1",
        "UPDATE request_result SET result = $2 WHERE request_id = (SELECT max(request_id) FROM request_result WHERE request_id LIKE $1 || '%')",
      ],
    ],
    before: ["ALTER TABLE ledger DROP CONSTRAINT ledger_request_id_leg_key"],
    after: [
      "DELETE FROM ledger",
      "ALTER TABLE ledger ADD CONSTRAINT ledger_request_id_leg_key UNIQUE (request_id, leg)",
    ],
  },
  {
    name: "death lock",
    edits: [["EXISTS (SELECT 1 FROM death_lock WHERE character = ANY($2::uuid[]))", "$2::uuid[] IS NULL"]],
  },
  // The mutants that are found least often come last and get the remaining time.
  {
    name: "epoch check",
    profile: 3,
    edits: [[WRITE, "owner = $2 AND $3::integer IS NOT NULL AND version = $5"]],
  },
  {
    name: "version check",
    profile: 1,
    edits: [[WRITE, "owner = $2 AND epoch = $3 AND $5::integer IS NOT NULL"]],
  },
];
