import pino from "pino";
import type { Claim } from "roomkeep/rooms";
import type { DataSource } from "typeorm";
import type { CharacterState } from "../../rooms/ports/characters.ts";
import type { ItemPort } from "../../rooms/ports/items.ts";
import { slotsOf } from "../../server/items/containers.ts";
import { openItems } from "../../server/items/items.ts";
import { type Characters, type Holder, openCharacters } from "../../server/persistence/characters.ts";
import { seeded } from "../../shared/random.ts";
import { around, type Edit, rewriting } from "../rewrite.ts";
import type { SimDatabase } from "./sim-clock.ts";
import { type Asked, type Monitor, openMonitor, type Tag } from "./sim-monitor.ts";
import type { Mutant } from "./sim-mutants.ts";
import { openStage, type Stage } from "./sim-stage.ts";

const log = pino({ level: "silent" });
const rules = { templates: { herb: { stack: 1_000 } }, slotsOf };
const CHARACTERS = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"];

/**
 * Frequent faults of a schedule. Rare dangers need others beside them: a seed's profile is `PROFILES[seed %
 * 4]`.
 */
export const PROFILES = [
  { name: "a bit of all", processes: 3, late: 0.06, save: 0.36, abandon: 0.04, pass: 0.14, byTicket: 0.35 },
  { name: "late saves", processes: 2, late: 0.25, save: 0.8, abandon: 0.02, pass: 0.1, byTicket: 0.2 },
  { name: "journeys", processes: 3, late: 0.04, save: 0.1, abandon: 0.02, pass: 0.22, byTicket: 0.8 },
  { name: "one process", processes: 1, late: 0.06, save: 0.15, abandon: 0.5, pass: 0.12, byTicket: 0.1 },
] as const;
type Profile = (typeof PROFILES)[number];

/** One process of the schedule. */
interface Process {
  readonly name: string;
  readonly characters: Characters;
  readonly items: ItemPort;
  frozen: boolean;
  closing: boolean;
}

/** A character that a process believes it plays. */
interface Session {
  readonly of: Process;
  readonly claim: Claim;
  seq: number;
  /** Set while it leaves: the state that is released does not change any more. */
  leaving: CharacterState | undefined;
}

interface Ticket {
  readonly id: string;
  readonly ticket: string;
}

/** Runs one schedule; returns its violation. The same seed gives the same schedule. */
export async function play(
  database: SimDatabase,
  seed: number,
  { mutant, met, steps }: { mutant?: Mutant; met: Set<Edit>; steps: number },
): Promise<string[]> {
  const { ds, setClock } = database;
  const random = seeded(seed);
  const monitor = openMonitor(ds);
  await reset(ds);
  await monitor.look("", [], 0);
  const watched = async (sql: string, parameters?: unknown[]) => {
    if (sql === "COMMIT" || sql.includes("UPDATE character"))
      await monitor.look(sql, parameters, stage.nowMs());
  };
  const profile = PROFILES[seed % PROFILES.length] ?? PROFILES[0];
  const stage = openStage(mutated(ds, met, mutant), random, profile.late, watched);
  await setClock(stage.nowMs());
  const world = await openWorld(stage, monitor, profile, mutant);
  for (let step = 0; step < steps && monitor.violations.length === 0; step++) {
    const dice = random();
    if (dice < 0.6) await stage.one(world.mayAct);
    else if (dice < 0.76) world.act();
    else if (dice < 0.76 + profile.pass) await world.pass(setClock, 200 + random() * 3_800);
    else await world.disturb();
    await stage.settle();
    world.check();
  }
  if (monitor.violations.length === 0) await world.finish(setClock);
  return monitor.violations;
}

function mutated(ds: DataSource, met: Set<Edit>, mutant?: Mutant): DataSource {
  const edited = mutant?.edits ? rewriting(ds, mutant.edits, met) : ds;
  if (!mutant?.blindToCounts) return edited;
  return around(edited, {
    query: async (run, sql, parameters) => {
      const answer = await run(sql, parameters);
      return sql.includes("SET state") ? [[], 1] : answer;
    },
    transaction: (run) => run(),
  });
}

async function reset(ds: DataSource): Promise<void> {
  for (const table of ["item", "ledger", "request_result", "account"]) await ds.query(`DELETE FROM ${table}`);
  for (const id of CHARACTERS) {
    await ds.query("INSERT INTO account (id, kind, recovery_hash) VALUES ($1, 'guest', $2)", [id, id]);
    await ds.query(
      `INSERT INTO character (id, account_id, name, color, shape, state)
       VALUES ($1, $1, 'Sim', 0, 0, '{"v": 1, "places": {}, "stats": {}}')`,
      [id],
    );
  }
}

async function openWorld(stage: Stage, monitor: Monitor, profile: Profile, mutant?: Mutant) {
  const { random } = stage;
  const processes: Process[] = [];
  const sessions = new Set<Session>();
  const tickets: Ticket[] = [];
  const asked = new Map<string, Asked & { again: (claim: Claim, of: Process) => Promise<boolean> }>();
  let [boots, requests] = [0, 0];
  const one = <T>(list: Iterable<T>): T | undefined => {
    const all = [...list];
    return all[Math.floor(random() * all.length)];
  };

  async function boot(): Promise<Process> {
    const name = `process-${++boots}`;
    const ds = stage.line(name);
    const characters = await openCharacters(ds, {
      incarnation: name,
      log,
      timers: false,
      now: mutant?.noSelfFence ? () => 0 : stage.nowMs,
      wait: (ms) => stage.wait(name, ms),
      requestRelease: (holder) => letGo(holder),
    });
    const process = { name, characters, items: openItems(ds, rules, name), frozen: false, closing: false };
    characters.onFenced((id, epoch) => {
      for (const session of sessions) {
        if (session.of !== process || session.claim.sheet.id !== id || session.claim.epoch !== epoch)
          continue;
        // A room may be releasing it, or try once more: the database must refuse it.
        if (random() < 0.5) sessions.delete(session);
        else session.leaving ??= stateOf(session);
      }
    });
    return process;
  }

  function letGo({ owner, characterId, epoch }: Holder): void {
    for (const session of sessions) {
      const { of, claim } = session;
      if (of.name === owner && claim.sheet.id === characterId && claim.epoch === epoch && !of.frozen) {
        run(leave(session, "release"));
      }
    }
  }

  /** Runs a request; after an error another try may or may not be made. */
  const run = (task: Promise<unknown>) => void task.catch(() => {});

  function stateOf(session: Session): CharacterState {
    session.seq += 1;
    const tag: Tag = { epoch: session.claim.epoch, seq: session.seq };
    return { v: 1, places: {}, stats: { tag: { ...tag } } };
  }
  const tagOf = (state: CharacterState) => state.stats.tag as Tag;

  async function begin(of: Process, claiming: Promise<Claim>): Promise<void> {
    const claim = await claiming;
    sessions.add({ of, claim, seq: 0, leaving: undefined });
  }

  async function save(session: Session): Promise<void> {
    const state = stateOf(session);
    const outcome = await session.of.characters.save(session.claim, state);
    if (outcome === "saved") monitor.acknowledged(session.claim.sheet.id, tagOf(state));
    else sessions.delete(session);
  }

  async function leave(session: Session, how: "release" | "transfer"): Promise<void> {
    const { of, claim } = session;
    const state = session.leaving ?? stateOf(session);
    session.leaving = state;
    if (how === "transfer") {
      const ticket = await of.characters.transfer(claim, state);
      if (ticket !== null) {
        monitor.acknowledged(claim.sheet.id, tagOf(state));
        tickets.push({ id: claim.sheet.id, ticket });
      }
    } else if ((await of.characters.release(claim, state)) === "saved") {
      monitor.acknowledged(claim.sheet.id, tagOf(state));
    }
    sessions.delete(session);
  }

  async function abandon(session: Session): Promise<void> {
    session.leaving ??= stateOf(session);
    await session.of.characters.abandon(session.claim);
    if (random() < 0.5) sessions.delete(session); // else it is released too, by mistake
  }

  /** Sends a request, and notes what the ledger must hold of it. */
  async function request(
    session: Session,
    what: { coins?: number; herbs?: number },
    ask: (id: string, claim: Claim, items: ItemPort) => Promise<{ ok: boolean }>,
  ): Promise<void> {
    const id = `r${++requests}`;
    const key = `${session.claim.sheet.id}:${id}`;
    const again = async (claim: Claim, of: Process) => (await ask(id, claim, of.items)).ok;
    const entry = { key, coins: what.coins ?? 0, herbs: what.herbs ?? 0, acknowledged: false, again };
    asked.set(key, entry);
    await repeat(entry, session);
  }

  type Entry = Asked & { again: (claim: Claim, of: Process) => Promise<boolean> };

  async function repeat(entry: Entry, session: Session): Promise<void> {
    const known = entry.acknowledged;
    const ok = await entry.again(session.claim, session.of);
    if (ok) entry.acknowledged = true;
    else if (known) monitor.violate("I2", `request ${entry.key} was acknowledged, and refused when repeated`);
  }

  /** An action of a room with a character that it plays, or releases. */
  function actWith(session: Session): Promise<unknown> {
    const dice = random();
    const { of, claim } = session;
    const leaveSomehow = () => leave(session, random() < 0.5 ? "transfer" : "release");
    const lost = session.leaving !== undefined;
    // A request that was under way when the character was let go.
    if (lost && dice > 0.2) return leaveSomehow();
    if (!lost && random() < profile.save) return save(session);
    if (!lost && random() < profile.abandon) return abandon(session);
    if (lost || dice < 0.3) {
      const herbs = 1 + Math.floor(random() * 5);
      return request(session, { herbs }, (id, by, items) => items.grant(by, id, "herb", herbs, "sim"));
    }
    if (dice < 0.5)
      return request(session, { coins: 5 }, (id, by, items) => items.grantCoins(by, id, 5, "sim"));
    if (dice < 0.58) {
      const other = [...sessions].find((one) => one.of === of && one.claim.sheet.id !== claim.sheet.id);
      if (!other) return save(session);
      const to = { claim: other.claim, offer: { items: [], coins: 0 } };
      return request(session, {}, (id, by, items) =>
        items.trade(id, { claim: by, offer: { items: [], coins: 3 } }, to),
      );
    }
    if (dice < 0.68) {
      const entry = one([...asked.values()].filter(({ key }) => key.startsWith(claim.sheet.id)));
      return entry ? repeat(entry, session) : save(session);
    }
    if (dice < 0.73) return request(session, {}, (id, by, items) => items.die(by, id, "meadow"));
    if (dice < 0.77) return request(session, {}, (id, by, items) => items.revive(by, id));
    return leaveSomehow();
  }

  function arrive(): void {
    const awake = processes.filter(({ frozen }) => !frozen);
    // Often where the character was before, so that two claims of one process meet.
    const former = one([...sessions].filter(({ leaving, of }) => leaving && !of.frozen));
    const of = former && random() < 0.4 ? former.of : one(awake);
    if (!of) return;
    const dice = random();
    const byTicket = random() < profile.byTicket;
    const ticket = byTicket ? (dice < 0.7 ? tickets.at(-1) : one(tickets)) : undefined;
    const id = ticket?.id ?? (former?.of === of ? former.claim.sheet.id : (one(CHARACTERS) as string));
    const holder = { roomId: `room of ${of.name}` };
    // Now and then a made-up ticket is used.
    const shown = dice > 0.95 ? "made up" : ticket?.ticket;
    run(begin(of, shown ? of.characters.claimTransfer(id, shown, holder) : of.characters.claim(id, holder)));
  }

  async function replace(of: Process): Promise<void> {
    stage.forget(of.name);
    for (const session of sessions) if (session.of === of) sessions.delete(session);
    processes.splice(processes.indexOf(of), 1, await boot());
  }

  /** A process wakes: its timers run at once, or an answer that waited is read first. */
  async function thaw(of: Process): Promise<void> {
    of.frozen = false;
    if (random() < 0.5) {
      await stage.one((name) => name === of.name);
      await stage.settle();
    }
    of.characters.leases.watch();
  }

  for (let n = 0; n < profile.processes; n++) processes.push(await boot());

  return {
    mayAct: (name: string) => processes.some((process) => process.name === name && !process.frozen),
    act(): void {
      const session = one([...sessions].filter(({ of }) => !of.frozen));
      if (session && random() < 0.75) run(actWith(session));
      else arrive();
    },
    async pass(setClock: (ms: number) => Promise<void>, ms: number): Promise<void> {
      stage.setNow(stage.nowMs() + ms);
      await setClock(stage.nowMs());
      for (const process of processes) {
        if (process.frozen) continue;
        process.characters.leases.watch();
        if (random() < 0.7) run(process.characters.leases.renew());
      }
    },
    async disturb(): Promise<void> {
      const of = one(processes) as Process;
      const dice = random();
      if (of.closing) await replace(of);
      else if (of.frozen) await thaw(of);
      else if (dice < 0.5) of.frozen = true;
      else if (dice < 0.8) await replace(of);
      else {
        of.closing = true;
        // A shutdown frees all claims, while a room may still try to release one.
        for (const session of sessions) if (session.of === of) session.leaving ??= stateOf(session);
        run(of.characters.close());
      }
    },
    /** I3, as the processes see it. */
    check(): void {
      for (const id of CHARACTERS) {
        const live = [...sessions].filter(
          ({ of, claim, leaving }) =>
            claim.sheet.id === id && !leaving && !of.frozen && of.characters.leases.holds(id, claim.epoch),
        );
        if (live.length > 1)
          monitor.violate("I3", `${id} is live in ${live.map(({ of }) => of.name).join(" and ")}`);
      }
    },
    /** All processes recover, unanswered requests are repeated, and the ledger is audited. */
    async finish(setClock: (ms: number) => Promise<void>): Promise<void> {
      stage.calm();
      // All processes end here; messages on the line still arrive.
      for (const { name } of processes.splice(0)) stage.forget(name);
      const go = async (done: () => boolean) => {
        for (let turn = 0; turn < 2_000 && !done(); turn++) {
          if (!(await stage.one(() => true))) {
            stage.setNow(stage.nowMs() + 500);
            await setClock(stage.nowMs());
          }
          await stage.settle();
        }
        if (!done()) monitor.violate("I8", "something never ended");
      };
      const complete = async (task: Promise<unknown>) => {
        let ended = false;
        task.then(
          () => {
            ended = true;
          },
          (error: unknown) => {
            ended = true;
            monitor.violate("I2", `asking again failed: ${error}`);
          },
        );
        await go(() => ended);
      };
      stage.setNow(stage.nowMs() + 60_000);
      await setClock(stage.nowMs());
      const last = await boot();
      processes.push(last);
      sessions.clear();
      await complete(
        Promise.all(CHARACTERS.map((id) => begin(last, last.characters.claim(id, { roomId: "end" })))),
      );
      for (const entry of asked.values()) {
        const session = [...sessions].find(({ claim }) => entry.key.startsWith(claim.sheet.id));
        const isTrade = entry.coins === 0 && entry.herbs === 0;
        if (session && !isTrade) await complete(repeat(entry, session));
      }
      await monitor.audit(asked.values());
    },
  };
}
