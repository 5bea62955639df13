import { t } from "@colyseus/schema";
import { defineCommand, type Player, WorldRoom } from "roomkeep/rooms";
import { Avatar, defineLevel, internal, own, Prop, WorldState } from "roomkeep/shared";
import { z } from "zod";

/** A walker with something of each visibility. */
export const Walker = Avatar.extend(
  {
    hp: t.uint8().default(100),
    hand: own(t.string().default("")),
    thinkAtTick: internal(t.uint32().default(0)),
  },
  "DeskWalker",
);
export type Walker = InstanceType<typeof Walker>;

/** The state of the yard. */
export const YardState = WorldState.extend(
  { weather: t.string().default("sun"), vault: own(t.map("string")) },
  "DeskYardState",
);
export type YardState = InstanceType<typeof YardState>;

/** A room with a world, with secrets, messages and a command. */
export class YardRoom extends WorldRoom<YardState, Walker> {
  static override readonly listing = {
    label: "Yard",
    description: "For tests.",
    maxPlayers: 8,
    spectators: { max: 2 },
  };
  static override readonly level = defineLevel({
    name: "yard",
    bounds: { min: [-30, -30], max: [30, 30] },
    spawns: [{ at: [0, 0, 0], radius: 2 }],
    solids: [
      { shape: "box", at: [5, 0, 5], size: [2, 1, 3] },
      { shape: "cylinder", at: [-5, 0, 5], radius: 1, height: 2 },
    ],
    loose: [{ kind: "crate", at: [3, 0, 0] }],
  });
  override state = new YardState();
  override seed = 7;
  override rateLimits = { say: { perSecond: 1_000, burst: 1_000 } };
  override commands = [
    defineCommand<YardRoom>({
      name: "weather",
      help: "Sets the weather.",
      args: [{ name: "kind", kind: "text", choices: () => ["sun", "rain"] }],
      run: (room, _caller, [kind]) => {
        room.state.weather = String(kind);
        return `It is ${kind} now.`;
      },
    }),
  ];

  protected override createAvatar(): Walker {
    return new Walker();
  }

  protected override onOpen(): void {
    this.on("say", z.strictObject({ text: z.string().max(4_000) }), ({ avatar }, { text }) => {
      avatar.hp = 1 + (text.length % 100);
    });
    this.on("drop", z.strictObject({}), ({ avatar }) => {
      const { x, y, z } = avatar;
      this.world.spawn(Object.assign(new Prop({ kind: "ball", size: 0.3 }), { x, y: y + 3, z }));
    });
  }

  protected override onEnter({ avatar, sessionId }: Player<Walker>): void {
    avatar.hand = "ace of spades";
    avatar.thinkAtTick = 4_242;
    this.state.vault.set(sessionId, "the code is 1234");
  }
}
