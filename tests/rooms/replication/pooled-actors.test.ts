import type { Client } from "@colyseus/core";
import { t } from "@colyseus/schema";
import { expect, test } from "vitest";
import { InterestSerializer } from "../../../rooms/replication/interest-serializer.ts";
import { refIdOf } from "../../../rooms/replication/internals.ts";
import { StableSerializer } from "../../../rooms/replication/stable-serializer.ts";
import { createWorld, defineActor, defineComponent, own, seeded } from "../../../shared/index.ts";
import { plain, WireClient, WireState } from "../../helpers/wire-world.ts";

const Health = defineComponent({ name: "WireHealth", fields: { hp: t.uint8().default(100) } });
const Burning = defineComponent({ name: "WireBurning", fields: { untilTick: t.uint32().default(0) } });
const Mob = defineActor("mob", {
  fields: { name: t.string().default(""), loot: own(t.string().default("")) },
  components: { health: Health, burning: t.ref(Burning).optional() },
});
type Mob = InstanceType<typeof Mob>;
const PooledState = WireState.extend({ kinds: t.map(Mob) }, "PooledState");

test.each(["interest", "stock"] as const)(
  "by %s: clients see of actors that come again what they see of new ones, tick by tick",
  (by) => {
    const state = new PooledState();
    const interest = { radiusM: 300 };
    const serializer =
      by === "interest" ? new InterestSerializer<WireState>({ interest }) : new StableSerializer<WireState>();
    serializer.reset(state);
    const world = createWorld(state.actors);
    const mobs = world.pool(Mob);
    const random = seeded(17);
    const clients: WireClient[] = [];
    const join = (id: string) => {
      const client = new WireClient(id, serializer as InterestSerializer<WireState>);
      if (serializer instanceof InterestSerializer) serializer.viewpoint(client.asClient, { x: 25, z: 25 });
      client.raw(serializer.getFullState(client.asClient));
      clients.push(client);
    };
    join("a");
    const ids = new Set<string>();
    /** Wire numbers that a client which missed patches may still have something under. */
    const refIds = new Set<number>();
    let living: Mob[] = [];
    let again = 0;
    for (let tick = 1; tick <= 400; tick++) {
      if (tick === 150) join("b");
      living = living.filter((mob) => random() < 0.8 || !mobs.despawn(mob));
      for (let n = Math.floor(random() * 6); n > 0; n--) {
        again += mobs.size > 0 ? 1 : 0;
        const mob = mobs.spawn({ x: random() * 50 });
        const id = world.idOf(mob) ?? "";
        expect(ids.has(id)).toBe(false);
        ids.add(id);
        for (const part of [mob, mob.health]) expect(refIds.has(refIdOf(part))).toBe(false);
        living.push(mob);
      }
      for (const mob of living) {
        if (random() < 0.3) mob.z = random() * 50;
        if (random() < 0.2) mob.name = `mob ${tick}`;
        if (random() < 0.2) mob.health.hp = Math.floor(random() * 255);
        if (random() < 0.1) world.attach(mob, Burning, { untilTick: tick });
        if (random() < 0.1) world.detach(mob, Burning);
      }
      world.settle();
      serializer.applyPatches(clients as unknown as Client[], state);
      for (const mob of living) for (const part of [mob, mob.health]) refIds.add(refIdOf(part));
      world.notePatch();
      const poses = new Set(["x", "y", "z", "yaw", "loot"]);
      for (const { decoder } of clients)
        expect(plain(decoder.state.actors, poses)).toEqual(plain(state.actors, poses));
      for (const [id, shown] of clients[0]?.decoder.state.actors ?? [])
        if (state.actors.get(id) === living.at(-1)) expect(shown.x).toBe(Math.fround(living.at(-1)?.x ?? 0));
    }
    expect(again).toBeGreaterThan(300);
  },
);
