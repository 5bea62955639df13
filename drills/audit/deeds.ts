import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import type { Role } from "../../rooms/index.ts";
import { loginKey } from "../../server/accounts/accounts.ts";
import { hashOf } from "../../server/accounts/secrets.ts";
import { openSessions } from "../../server/desk/sign-in/sessions.ts";

/** A deed that leaves a mark of its own in the database, on a target that nothing else touches. */
export interface DeedKind {
  readonly operation: string;
  /** Body of the request. */
  body(target: Target): object;
  /** The part of the audit line that only this deed has. */
  mark(target: Target): string;
  /** SQL that is true where it was done; $1 is the target's id, $2 its name. */
  readonly done: string;
}

/** An account, a session of it and a saved zone, for one deed. */
export interface Target {
  readonly id: string;
  readonly name: string;
}

/** Which deeds the drill does. */
export const DEEDS: readonly DeedKind[] = [
  {
    operation: "account.role",
    body: ({ name }) => ({ login: name, role: "moderator" }),
    mark: ({ name }) => `--login ${name} `,
    done: "SELECT role = 'moderator' AS done FROM account WHERE id = $1 AND $2 <> ''",
  },
  {
    operation: "account.reset",
    body: ({ name }) => ({ login: name }),
    mark: ({ name }) => `--login ${name}`,
    done: "SELECT reset_hash IS NOT NULL AS done FROM account WHERE id = $1 AND $2 <> ''",
  },
  {
    operation: "account.delete",
    body: ({ name }) => ({ login: name }),
    mark: ({ name }) => `--login ${name}`,
    done: "SELECT NOT EXISTS (SELECT 1 FROM account WHERE id = $1) AS done WHERE $2 <> ''",
  },
  {
    operation: "operators.sign-out",
    body: ({ name }) => ({ login: name }),
    mark: ({ name }) => `--login ${name}`,
    done: "SELECT ended_at IS NOT NULL AS done FROM operator_session WHERE account_id = $1 AND $2 <> ''",
  },
  {
    operation: "zones.set-aside",
    body: ({ name }) => ({ zone: name, reason: "a drill" }),
    mark: ({ name }) => `--zone ${name} `,
    done: "SELECT EXISTS (SELECT 1 FROM zone_quarantine WHERE key = $2) AS done WHERE $1::uuid IS NOT NULL",
  },
];

/** Makes the target of the deed `n`. */
export async function makeTarget(ds: DataSource, n: number): Promise<Target> {
  const target = { id: randomUUID(), name: `target-${n.toString(36)}-x` };
  await ds.query("INSERT INTO account (id, kind, name, name_key) VALUES ($1, 'registered', $2, $3)", [
    target.id,
    target.name,
    loginKey(target.name),
  ]);
  await ds.query(
    "INSERT INTO operator_session (hash, account_id, role, address) VALUES ($1, $2, 'player', '')",
    [hashOf(target.id), target.id],
  );
  await ds.query("INSERT INTO zone_save (key, snapshot, version) VALUES ($1, 'a world', 1)", [target.name]);
  return target;
}

/** Somebody who asks: what their requests carry. */
export interface Asker {
  readonly role: Role;
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Makes one of a role, with a session at the desk; a player has one of before they lost a role. */
export async function makeAsker(ds: DataSource, role: Role): Promise<Asker> {
  const id = randomUUID();
  const name = `${role}-${id.slice(0, 6)}`;
  await ds.query(
    "INSERT INTO account (id, kind, name, name_key, role) VALUES ($1, 'registered', $2, $3, $4)",
    [id, name, loginKey(name), role === "player" ? "admin" : role],
  );
  const sessions = openSessions(ds, 600);
  const token = await sessions.begin(id, "127.0.0.1");
  const csrf = (await sessions.read(token))?.csrf ?? "";
  await ds.query("UPDATE account SET role = $2 WHERE id = $1", [id, role]);
  const cookie = `roomkeep_desk=${token}`;
  return { role, id, headers: { cookie, "x-roomkeep-csrf": csrf, "content-type": "application/json" } };
}
