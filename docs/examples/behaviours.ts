import assert from "node:assert/strict";
// #region room
import { t } from "@colyseus/schema";
import { BehaviourSaid, behaviours, openAgents } from "roomkeep/plugins/behaviours";
import { WorldRoom } from "roomkeep/rooms";
import { Avatar, defineComponent, WorldState } from "roomkeep/shared";

const Mood = defineComponent({
  name: "Mood",
  fields: { smile: t.uint8().default(0) },
  writers: ["script"], // a script may set it, where its behaviour may
});
const Villager = Avatar.extend({ mood: t.ref(Mood).default(new Mood()) }, "Villager");

class VillageRoom extends WorldRoom {
  static override readonly listing = { label: "Village", description: "Somebody is in.", maxPlayers: 20 };
  override state = new WorldState();
  readonly agents = openAgents({
    room: this,
    answers: (name, apply) => this.onAnswer(name, apply), // what they decide is in recordings
    scripts: { greeter },
    components: { Mood },
    onFault: (id, { message, line }) => this.log.warn({ id, message, line }, "a script failed"),
  });
  override systems = [this.agents.system];

  protected override onBegin(): void {
    this.world.spawn(Object.assign(new Villager(), { kind: "villager", name: "Smith", x: 2 }), "smith");
    this.agents.attach("smith", "greeter", { move: "walk", say: true, emit: ["welcomed"], set: ["Mood"] });
  }
}

export const plugins = [behaviours.with({ workers: 2 })]; // in server/main.ts
// #endregion

// #region script
const greeter = `on("decide", () => {
  const guest = near(4, "avatar").find(({ id }) => !(memory.met ?? []).includes(id));
  if (!guest) return;
  memory.met = [...(memory.met ?? []).slice(-9), guest.id];
  face(guest);
  say("Welcome, " + guest.name + "!");
  emit("welcomed", { id: guest.id });
});

on("arrived", () => say("Here I am."));
on("refused", ({ what, code }) => { memory.trouble = what + ": " + code; });`;
// #endregion

const { bootServer } = await import("roomkeep/testing");
/** Who is greeted is greeted once, perhaps before anybody has asked. */
let tell: (text: string) => void = () => {};
const said = new Promise<string>((resolve) => {
  tell = resolve;
});
class HeardVillage extends VillageRoom {
  protected override onOpen(): void {
    this.events.on(BehaviourSaid, ({ payload }) => tell(payload.text));
  }
}
const server = await bootServer({ village: HeardVillage }, { plugins });
await server.join("village", { name: "Mara" });
assert.equal(await said, "Welcome, Mara!");
await server.close();
