import { type Player, WorldRoom } from "roomkeep/rooms";
import { castRay, type Hit, type Refusal, type Target, type Vec, type WalkInput } from "roomkeep/shared";
import { z } from "zod";
import { habitsOf, levelOf, rollLoot } from "./creatures.ts";
import { Loosed, Picked, Slain } from "./events.ts";
import { meadowLevel } from "./level.ts";
import { repack, unpack } from "./pack.ts";
import {
  aimOf,
  BOW_RANGE_M,
  BUNDLE_S,
  bowOf,
  CARRIED,
  CARRY_MAX,
  drawBow,
  drop,
  eat,
  type Moment,
  pick,
  targetOf,
  wound,
} from "./rules.ts";
import { Bundle, type Creature, Hero, INTEREST, MeadowState } from "./state.ts";
import { meadowStep } from "./step.ts";
import { meadowSystems, populate } from "./systems.ts";

type Wanderer = Player<Hero>;

const messages = {
  pick: z.strictObject({ id: z.string().min(1).max(64) }),
  shoot: z.strictObject({ yaw: z.number().min(-7).max(7), pitch: z.number().min(-1.5).max(1.5) }),
  eat: z.strictObject({ what: z.enum(["herbs", "meat"]) }),
  drop: z.strictObject({ what: z.enum(CARRIED), count: z.int().min(1).max(CARRY_MAX) }),
};

/** Ticks between two looks at what everybody carries. */
const REPACK_TICKS = 20;

/**
 * A small wild zone for many: herbs to pick, animals to hunt with the bow, a fire to get well at, day and night. It is
 * kept: tomorrow it is as it was left.
 */
export class MeadowRoom extends WorldRoom<MeadowState, Hero> {
  static override readonly card = {
    label: "Meadow",
    description: "Hills, herbs and deer. Hunt with the bow, rest at the fire, stay for the night.",
    maxPlayers: 60,
  };
  static override readonly level = meadowLevel;
  override state = new MeadowState();
  override zone = "meadow";
  override persistent = true;
  override interest = INTEREST;
  override rewindMs = 300;
  override systems = meadowSystems;
  override rates = {
    pick: { perSecond: 5, burst: 10 },
    shoot: { perSecond: 4, burst: 6 },
    eat: { perSecond: 4, burst: 8 },
    drop: { perSecond: 2, burst: 6 },
  };

  /** Arrows that were loosed since the last tick. */
  private readonly shots: { player: Wanderer; way: Vec }[] = [];

  /** A meadow that was never kept; a restored one has its animals and herbs. */
  protected override onBegin(): void {
    populate(this.world, this.simulation.random);
  }

  protected override onOpen(): void {
    this.triggers.on("campfire", {
      enter: (id) => this.warm(id, true),
      leave: (id) => this.warm(id, false),
    });
    this.on("pick", messages.pick, (player, { id }) => this.pick(player, id));
    this.on("eat", messages.eat, ({ avatar }, { what }) => eat(avatar, what));
    this.on("drop", messages.drop, ({ avatar }, { what, count }) => drop(avatar, what, count, this.moment()));
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
    meadowStep(avatar, input, this.ground, dt);
  }

  protected override onTick(): void {
    this.looseArrows();
    if (this.simulation.tick % REPACK_TICKS === 0) for (const player of this.players.values()) repack(player);
  }

  private moment(): Moment {
    return { world: this.world, tick: this.simulation.tick, tickHz: this.tickHz };
  }

  private warm(id: string, warm: boolean): void {
    const hero = this.players.get(id)?.avatar;
    if (hero) hero.warm = warm;
  }

  private pick({ avatar, sessionId }: Wanderer, id: string): Refusal | undefined {
    const what = pick(avatar, id, this.moment());
    if (typeof what !== "string") return what;
    const { x, z } = avatar;
    this.events.emit(Picked, { what }, { actor: sessionId, x, z });
    return undefined;
  }

  // ── The bow ───────────────────────────────────────────────────────────────────────────────────────────────────

  private shoot(player: Wanderer, way: Vec): Refusal | undefined {
    const refusal = drawBow(player.avatar, this.moment());
    if (!refusal) this.shots.push({ player, way });
    return refusal;
  }

  /** Judges the shots that came since the last tick, each by what its shooter saw. */
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

  /** The animals near an archer, where they were when the archer saw them. */
  private *targets(player: Wanderer): Iterable<Target> {
    const seen = this.seenBy(player);
    const { x, z } = player.avatar;
    for (const actor of this.world.near(x, z, BOW_RANGE_M + 5)) {
      const target = targetOf(this.world.idOf(actor) ?? "", actor, seen.at(actor));
      if (target) yield target;
    }
  }

  private meet({ avatar, sessionId }: Wanderer, { id }: Hit): void {
    const creature = id === undefined ? undefined : (this.world.get(id) as Creature | undefined);
    const habits = creature && habitsOf(creature.kind);
    if (!creature || !habits || !wound(creature, sessionId, this.simulation.tick)) return;
    const { x, y, z, kind } = creature;
    const goneAtTick = this.simulation.tick + BUNDLE_S * this.tickHz;
    this.world.despawn(creature);
    this.world.spawn(new Bundle({ x, y, z, ...rollLoot(habits, this.simulation.random), goneAtTick }));
    avatar.xp += habits.xp;
    avatar.level = levelOf(avatar.xp);
    this.events.emit(Slain, { kind, xp: habits.xp, level: avatar.level }, { actor: sessionId });
  }
}
