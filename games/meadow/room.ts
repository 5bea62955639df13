import { type Player, type RoomItems, WorldRoom } from "roomkeep/rooms";
import {
  castRay,
  type Hit,
  itemRequest,
  type Refusal,
  refuse,
  type Target,
  type Vec,
  type WalkInput,
} from "roomkeep/shared";
import { z } from "zod";
import { habitsOf, type Loot, levelOf, rollLoot } from "./creatures.ts";
import { Loosed, Picked, Slain } from "./events.ts";
import { ITEMS } from "./items.ts";
import { landAt } from "./land.ts";
import { meadowLevel } from "./level.ts";
import { firstPack, markPacked, repack, unpack } from "./pack.ts";
import {
  aimOf,
  BOW_RANGE_M,
  bare,
  bowOf,
  DROP_S,
  drawBow,
  FOOD,
  FUMBLE_S,
  heal,
  herbInReach,
  isHungry,
  type Moment,
  PILE_S,
  REACH_M,
  targetOf,
  wound,
} from "./rules.ts";
import { type Creature, Herb, Hero, INTEREST, MeadowState } from "./state.ts";
import { meadowStep } from "./step.ts";
import { meadowSystems, populate } from "./systems.ts";
import { seatTrader } from "./trader.ts";

type Wanderer = Player<Hero>;

/** The animal of a kill, its place and its drops. */
interface Kill {
  readonly kind: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly drops: readonly Loot[];
}

const messages = {
  pick: z.strictObject({ request: itemRequest, id: z.string().min(1).max(64) }),
  shoot: z.strictObject({ yaw: z.number().min(-7).max(7), pitch: z.number().min(-1.5).max(1.5) }),
};

/** Health of a player who revives at the camp. */
const WAKE_HEALTH = 50;
/** Ticks between two saves of the heroes' values into their stats. */
const REPACK_TICKS = 20;

/**
 * A small wild zone for many: herbs to pick, animals to hunt with the bow, a fire that heals, day and night.
 * It is a kept zone: tomorrow it is as it was left.
 */
export class MeadowRoom extends WorldRoom<MeadowState, Hero> {
  static override readonly listing = {
    label: "Meadow",
    description: "Hills, herbs and deer. Hunt with the bow, rest at the fire, stay for the night.",
    maxPlayers: 60,
  };
  static override readonly level = meadowLevel;
  static override readonly items = ITEMS;
  override state = new MeadowState();
  override zone = "meadow";
  override persistent = true;
  override interest = INTEREST;
  override rewindMs = 300;
  override systems: WorldRoom<MeadowState>["systems"] = meadowSystems;
  override rateLimits = {
    pick: { perSecond: 5, burst: 10 },
    shoot: { perSecond: 4, burst: 6 },
  };
  /** In version 1 things on the ground were no items; they would be gone by now. */
  override zoneFormat = { version: 2, upgrades: { 1: withoutBundles } };

  /** Arrows that were loosed since the last tick. */
  private readonly shots: { player: Wanderer; way: Vec }[] = [];
  /** Shots whose arrow turned out to be gone when it was booked. */
  unpaid = 0;
  protected things!: RoomItems<Hero>;
  private payArrow!: (player: Wanderer, message: null) => void;
  private leave!: (player: Wanderer, kill: Kill) => void;

  /** Fills a new meadow; a restored one has its animals and herbs. */
  protected override onBegin(): void {
    populate(this.world, this.simulation.random);
  }

  protected override onOpen(): void {
    this.triggers.on("campfire", {
      enter: (id) => this.warm(id, true),
      leave: (id) => this.warm(id, false),
    });
    seatTrader(this.world);
    this.openThings();
    this.on("shoot", messages.shoot, (player, { yaw, pitch }) => this.shoot(player, aimOf(yaw, pitch)));
  }

  protected override createAvatar(): Hero {
    return new Hero();
  }

  protected override onEnter(player: Wanderer): void {
    unpack(player);
  }

  protected override onExit(player: Wanderer): void {
    repack(player);
  }

  protected override step(avatar: Hero, input: WalkInput, dt: number): void {
    if (avatar.dead) lieStill(avatar);
    else meadowStep(avatar, input, this.ground, dt);
  }

  protected override onTick(): void {
    this.looseArrows();
    for (const player of this.players.values()) if (player.avatar.health === 0) this.things.die(player);
    if (this.simulation.tick % REPACK_TICKS === 0) for (const player of this.players.values()) repack(player);
  }

  private moment(): Moment {
    return { world: this.world, tick: this.simulation.tick, tickHz: this.tickHz };
  }

  private warm(id: string, warm: boolean): void {
    const hero = this.players.get(id)?.avatar;
    if (hero) hero.warm = warm;
  }

  private openThings(): void {
    const eat = (health: number) => ({
      check: ({ avatar }: Wanderer) => isHungry(avatar),
      done: ({ avatar }: Wanderer) => heal(avatar, health),
    });
    this.things = this.useItems<Hero>({
      reachM: REACH_M,
      dropS: DROP_S,
      pileS: PILE_S,
      uses: { herb: eat(FOOD.herb), meat: eat(FOOD.meat) },
      first: firstPack,
      entered: (player, packed) => {
        if (packed) markPacked(player);
      },
      revived: ({ avatar }) => wakeAtCamp(avatar),
    });
    this.things.on("pick", messages.pick, {
      check: (player, { id }) => this.setAside(player, id),
      book: ({ claim }, { id }) => this.ports.items.grant(claim, id, "herb", 1, "picked"),
      done: (player, { message: { id } }) => this.picked(player, id),
      undone: (_, { message: { id } }) => {
        const herb = this.world.get(id);
        if (herb instanceof Herb) herb.ripe = true;
      },
    });
    // The shot is judged at once and its arrow booked afterwards: an archer who waited for the database would
    // aim at where the deer was. At most as many arrows fly as the archer has, so the loss is bounded. If the
    // arrow turns out to be gone, because it was traded away in that moment, the shot stands, is counted, and
    // delays the next one.
    this.payArrow = this.things.order<null>("arrow", {
      book: ({ claim }, { id }) => this.ports.items.use(claim, id, { template: "arrow", qty: 1 }),
      done: (player) => landed(player),
      undone: (player) => {
        this.unpaid += 1;
        landed(player);
        if (player) player.avatar.drawnAtTick = this.simulation.tick + FUMBLE_S * this.tickHz;
      },
    });
    this.leave = this.things.order<Kill>("kill", {
      book: ({ claim }, { message: { kind, drops }, id }) =>
        this.ports.items.kill(claim, id, { kind, zone: this.zone, drops }),
      done: (_, { message }, booked) => this.things.lay(booked, message),
    });
  }

  /** Reserves a herb for the first player who asks, while it is booked. */
  private setAside(player: Wanderer, id: string): Refusal | undefined {
    if (player.avatar.dead) return refuse("CHARACTER_DEAD");
    const herb = herbInReach(player.avatar, id, this.moment());
    if ("code" in herb) return herb;
    bare(herb, this.moment());
    return undefined;
  }

  private picked(player: Wanderer | undefined, id: string): void {
    const herb = this.world.get(id);
    // The booking may turn out to have succeeded after the herb was given back.
    if (herb instanceof Herb && herb.ripe) bare(herb, this.moment());
    if (!player) return;
    const { x, z } = player.avatar;
    this.events.emit(Picked, {}, { actor: player.sessionId, x, z });
  }

  private shoot(player: Wanderer, way: Vec): Refusal | undefined {
    if (player.avatar.dead) return refuse("CHARACTER_DEAD");
    const refusal = drawBow(player.avatar, this.moment());
    if (refusal) return refusal;
    this.shots.push({ player, way });
    this.payArrow(player, null);
    return undefined;
  }

  /** Judges the shots since the last tick, with lag compensation. */
  private looseArrows(): void {
    for (const { player, way } of this.shots.splice(0)) {
      if (this.players.has(player.sessionId)) this.loose(player, way);
    }
  }

  private loose(player: Wanderer, way: Vec): void {
    const { avatar, sessionId } = player;
    const from = bowOf(avatar);
    const hit = castRay(this.ground, from, way, BOW_RANGE_M, { targets: this.targets(player) });
    const to = hit ?? {
      x: from.x + way.x * BOW_RANGE_M,
      y: from.y + way.y * BOW_RANGE_M,
      z: from.z + way.z * BOW_RANGE_M,
    };
    const { x, z } = avatar;
    this.events.emit(
      Loosed,
      { from: [from.x, from.y, from.z], to: [to.x, to.y, to.z], hit: hit?.id ?? "" },
      { actor: sessionId, x, z },
    );
    if (hit) this.meet(player, hit);
  }

  /** The animals near an archer, with lag compensation: where they were when the archer saw them. */
  private *targets(player: Wanderer): Iterable<Target> {
    const seen = this.seenBy(player);
    const { x, z } = player.avatar;
    for (const actor of this.world.near(x, z, BOW_RANGE_M + 5)) {
      const target = targetOf(this.world.idOf(actor) ?? "", actor, seen.at(actor));
      if (target) yield target;
    }
  }

  private meet(player: Wanderer, { id }: Hit): void {
    const { avatar, sessionId } = player;
    const creature = id === undefined ? undefined : (this.world.get(id) as Creature | undefined);
    const habits = creature && habitsOf(creature.kind);
    if (!creature || !habits || !wound(creature, sessionId, this.simulation.tick)) return;
    const { x, y, z, kind } = creature;
    this.world.despawn(creature);
    this.leave(player, { kind, x, y, z, drops: rollLoot(habits, this.simulation.random) });
    avatar.xp += habits.xp;
    avatar.level = levelOf(avatar.xp);
    // At once: a player who goes through a portal now takes it along.
    repack(player);
    this.events.emit(Slain, { kind, xp: habits.xp, level: avatar.level }, { actor: sessionId });
  }
}

function landed(player: Wanderer | undefined): void {
  if (player && player.avatar.inFlight > 0) player.avatar.inFlight -= 1;
}

function lieStill(hero: Hero): void {
  if (hero.vx !== 0 || hero.vz !== 0) Object.assign(hero, { vx: 0, vy: 0, vz: 0 });
}

function wakeAtCamp(hero: Hero): void {
  const [x, z] = [2, 6];
  const y = Math.fround(landAt(x, z));
  Object.assign(hero, { x, y, z, vx: 0, vy: 0, vz: 0, grounded: true, health: WAKE_HEALTH });
}

/** A save of version 1 may hold bundles, a kind of actor that no longer exists. */
function withoutBundles(saved: Record<string, unknown>): void {
  const { data } = saved as { data: { actors: [id: string, className: string, values: unknown][] } };
  data.actors = data.actors.filter(([, className]) => className !== "Bundle" && className !== "bundle");
}
