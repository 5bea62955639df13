import type { Client } from "@colyseus/core";
import { type Booked, type Identity, type Player, type Ports, WorldRoom } from "roomkeep/rooms";
import { type ItemTemplates, type Refusal, RoomkeepError, refuse, WorldState } from "roomkeep/shared";
import type { CharacterPort } from "../../rooms/ports/characters.ts";
import type { ItemPort } from "../../rooms/ports/items.ts";
import type { Stack } from "../../shared/items/stacks.ts";

/** Relics are one of a kind: each is made once, so that a lost or doubled one can be named. */
export const RELICS = 6_000;

/** A request of a bot. `id` is its request id: a repetition after a lost answer has the same. */
export type Ask = { id: string } & (
  | { kind: "grant"; relic: string }
  | { kind: "coins" }
  | { kind: "use" | "drop" | "pickUp"; item: string }
  | { kind: "trade"; with: string; item: string }
  | { kind: "die" | "revive" | "look" | "hello" | "travel" }
  | { kind: "loot"; pile: string }
  | { kind: "save"; n: number }
);

/** The answer to a bot's request. */
export interface Answer {
  id: string;
  ok: boolean;
  /** True: the outcome is unknown; repeat with the same id. */
  unknown?: boolean;
  code?: string;
  stacks?: Stack[];
  /** Of "hello": the number that was saved last, and the pile of a death. */
  n?: number;
  pile?: string;
  ticket?: string;
  room?: string;
}

/** Replacements for services that the process gives its rooms. */
export interface Wiring {
  characters?: CharacterPort;
  items?: ItemPort;
  /** Called for a refused late write. */
  onStale(): void;
}

/**
 * A room of the drill. `wiring` may be filled in after the server has started, before the first room opens.
 */
export function crashRoom(name: "yard" | "cellar", wiring: Wiring) {
  return class CrashRoom extends WorldRoom<WorldState> {
    static override readonly listing = { label: name, description: "For the crash drill.", maxPlayers: 4 };
    static override readonly items: ItemTemplates = Object.fromEntries(
      Array.from({ length: RELICS }, (_, n) => [`relic-${n}`, { stack: 1 }]),
    );
    override state = new WorldState();
    override zone = name;
    private readonly tickets = new Map<string, string>();

    override async onCreate(options: { ports: Ports }): Promise<void> {
      const { characters = options.ports.characters, items = options.ports.items } = wiring;
      const { tickets } = this;
      const claim: CharacterPort["claim"] = (id, holder) => {
        const ticket = tickets.get(id);
        tickets.delete(id);
        return ticket ? characters.claimTransfer(id, ticket, holder) : characters.claim(id, holder);
      };
      const release: CharacterPort["release"] = async (...args) => {
        const outcome = await characters.release(...args);
        if (outcome === "fenced") wiring.onStale();
        return outcome;
      };
      await super.onCreate({
        ...options,
        ports: { ...options.ports, items, characters: { ...characters, claim, release } },
      });
      this.onMessage("do", (client: Client, ask: Ask) => void this.answer(client, ask));
    }

    override async onJoin(client: Client, options: { ticket?: string }, identity: Identity) {
      if (options?.ticket) this.tickets.set(identity.characterId, options.ticket);
      await super.onJoin(client, options, identity);
    }

    /**
     * As a room that wakes and saves before it knows that it has lost the character: the database must refuse
     * the save.
     */
    override async letGo(characterId: string, epoch: number, reason: "taken-over" | "fenced"): Promise<void> {
      const player = [...this.players.values()].find(
        ({ claim }) => claim.sheet.id === characterId && claim.epoch === epoch,
      );
      const late = player && reason === "fenced" && !player.stats.travelling;
      const state = player && { ...player.claim.sheet.state, stats: { ...player.stats } };
      await super.letGo(characterId, epoch, reason);
      if (late && state) await this.ports.characters.release(player.claim, state).catch(() => {});
    }

    private async answer(client: Client, ask: Ask): Promise<void> {
      const player = this.players.get(client.sessionId);
      if (!player) return;
      const { id } = ask;
      try {
        const done = await this.perform(player, ask);
        client.send("done", { id, ...done });
        if (ask.kind === "travel" && done.ok)
          await this.letGo(player.claim.sheet.id, player.claim.epoch, "fenced");
      } catch (error) {
        const code = error instanceof RoomkeepError ? error.code : "";
        if (code === "CHARACTER_FENCED") wiring.onStale();
        else if (code !== "DATABASE_UNAVAILABLE") this.log.error({ err: error, ask }, "an ask failed");
        client.send("done", { id, ok: false, unknown: true, code: code || String(error) });
      }
    }

    private async perform(player: Player, ask: Ask): Promise<Omit<Answer, "id">> {
      const { characters } = this.ports;
      const { claim, stats } = player;
      const state = () => ({ ...claim.sheet.state, stats: structuredClone(stats) });
      switch (ask.kind) {
        case "hello":
          return this.hello(player);
        case "look":
          return { ok: true, stacks: await this.ports.items.readIn(`ground:${name}`) };
        case "save": {
          stats.n = ask.n;
          const outcome = await characters.save(claim, state());
          if (outcome === "fenced") wiring.onStale();
          return { ok: outcome === "saved", unknown: outcome === "fenced" };
        }
        case "travel": {
          const ticket = await characters.transfer(claim, state());
          if (ticket === null) wiring.onStale();
          else stats.travelling = true;
          return ticket === null
            ? { ok: false, unknown: true }
            : { ok: true, ticket, room: name === "yard" ? "cellar" : "yard" };
        }
        default:
          return this.book(player, ask);
      }
    }

    private async hello({ claim, stats }: Player): Promise<Omit<Answer, "id">> {
      const { items } = this.ports;
      const [stacks, death] = await Promise.all([items.read(claim), items.death(claim)]);
      return { ok: true, stacks, n: Number(stats.n ?? 0), pile: death?.pile };
    }

    private book({ claim }: Player, ask: Ask): Promise<Booked | Refusal> {
      const { items } = this.ports;
      switch (ask.kind) {
        case "grant":
          return items.grant(claim, ask.id, ask.relic, 1, "drill");
        case "coins":
          return items.grantCoins(claim, ask.id, 5, "drill");
        case "use":
          return items.use(claim, ask.id, { id: ask.item, qty: 1 });
        case "drop":
          return items.drop(claim, ask.id, name, { id: ask.item });
        case "pickUp":
          return items.pickUp(claim, ask.id, name, ask.item);
        case "die":
          return items.die(claim, ask.id, name);
        case "revive":
          return items.revive(claim, ask.id);
        case "loot":
          return items.loot(claim, ask.id, ask.pile);
        case "trade":
          return this.trade(claim, ask);
        default:
          return Promise.resolve(refuse("ACTION_REFUSED"));
      }
    }

    private async trade(claim: Player["claim"], ask: Ask & { kind: "trade" }): Promise<Booked | Refusal> {
      const { items } = this.ports;
      const partner = [...this.players.values()].find((other) => other.claim.sheet.id === ask.with);
      // A retry may come to a room where the partner is not: the first answer stands all the same.
      if (!partner) return (await items.answered(claim, ask.id)) ?? refuse("ACTION_REFUSED");
      return items.trade(
        ask.id,
        { claim, offer: { items: [{ id: ask.item, qty: 1 }], coins: 0 } },
        { claim: partner.claim, offer: { items: [], coins: 0 } },
      );
    }
  };
}
