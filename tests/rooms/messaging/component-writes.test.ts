import { t } from "@colyseus/schema";
import { openReplay, WorldRoom } from "roomkeep/rooms";
import { Avatar, defineActor, defineComponent, WorldState } from "roomkeep/shared";
import { expect, test } from "vitest";

const Look = defineComponent({
  name: "WriteLook",
  fields: { hat: t.uint8().default(0), cape: t.uint8().default(0) },
  limits: { hat: { max: 9 } },
  writers: ["owner"],
});
const Sign = defineComponent({
  name: "WriteSign",
  fields: { text: t.string().default("") },
  writers: ["moderator", "script"],
});
const Secret = defineComponent({ name: "WriteSecret", fields: { code: t.uint8().default(1) } });
const Board = defineActor("board", { components: { sign: Sign, secret: Secret } });
const Hero = Avatar.extend({ look: t.ref(Look), secret: t.ref(Secret) }, "WriteHero");
type Hero = InstanceType<typeof Hero>;

class WriteRoom extends WorldRoom<WorldState, Hero> {
  override state = new WorldState();
  readonly refused: string[] = [];
  protected override createAvatar(): Hero {
    return new Hero({ look: new Look(), secret: new Secret() });
  }
  protected override onBegin(): void {
    this.world.spawn(new Board(), "board");
  }
  protected override onOpen(): void {
    this.acceptWrites([Look, Sign, Secret]);
  }
}

test("each component is written by whom it names: its owner, moderators, scripts; the room writes all", async () => {
  const { room, ...replay } = await openReplay(WriteRoom);
  replay.join("ann");
  replay.join("bob");
  replay.join("mod", {}, "moderator");
  const write = (who: string, actor: string, component: string, values: object) =>
    replay.message(who, "component.write", { actor, component, values });
  const hero = (id: string) => room.of(id) as Hero;
  const board = room.of("board", Board);
  if (!board) throw new Error("there is no board");

  write("ann", "ann", "WriteLook", { hat: 3, cape: 2 });
  expect([hero("ann").look.hat, hero("ann").look.cape]).toEqual([3, 2]);
  write("bob", "ann", "WriteLook", { hat: 4 }); // not his
  write("mod", "ann", "WriteLook", { hat: 4 }); // not for moderators
  write("ann", "ann", "WriteLook", { cape: 1, hat: 99 }); // all or nothing
  write("ann", "ann", "WriteLook", { wings: 1 });
  write("ann", "ann", "WriteSecret", { code: 7 });
  write("mod", "board", "WriteSecret", { code: 7 });
  write("ann", "board", "WriteSign", { text: "mine" });
  write("ann", "nobody", "WriteLook", { hat: 1 });
  expect([
    hero("ann").look.hat,
    hero("ann").look.cape,
    hero("ann").secret.code,
    board.sign.text,
    board.secret.code,
  ]).toEqual([3, 2, 1, "", 1]);
  write("mod", "board", "WriteSign", { text: "Closed" });
  expect(board.sign.text).toBe("Closed");

  const { world } = room;
  expect(world.write("script", board, Sign, { text: "Open" })).toBeUndefined();
  expect(world.write("script", board, Secret, { code: 2 })).toMatchObject({
    code: "WRITE_REFUSED",
  });
  expect(world.write("owner", hero("ann"), Look, { hat: 10 })).toMatchObject({
    code: "COMPONENT_INVALID",
  });
  expect(world.write("owner", hero("ann"), Look, { hats: 1 })).toMatchObject({
    code: "COMPONENT_INVALID",
  });
  expect(world.write("script", hero("ann"), Sign, { text: "x" })).toMatchObject({
    code: "COMPONENT_UNKNOWN",
  });
  expect(world.write("room", board, Secret, { code: 2 })).toBeUndefined();
  expect([board.sign.text, board.secret.code, hero("ann").look.hat]).toEqual(["Open", 2, 3]);
});
