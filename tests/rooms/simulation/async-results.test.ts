import { t } from "@colyseus/schema";
import { type Booked, openRecorder, openReplay, rerun, WorldRoom } from "roomkeep/rooms";
import { Avatar, RoomkeepError, WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";

const Picker = Avatar.extend({ herbs: t.uint16().default(0) }, "AnswersPicker");
type Picker = InstanceType<typeof Picker>;
const PatchState = WorldState.extend({ ripe: t.uint8().default(5) }, "AnswersState");
type PatchState = InstanceType<typeof PatchState>;

/** Herbs that the database grants, or does not: a patch of five. */
class PatchRoom extends WorldRoom<PatchState, Picker> {
  static override readonly listing = { label: "Patch", description: "Herbs.", maxPlayers: 8 };
  static override readonly items = { "answers-herb": { stack: 50 } };
  override state = new PatchState();
  /** Ticks in which an answer was applied, and whether the tick was running by then. */
  readonly applied: number[] = [];

  private readonly picked = this.onAnswer<{ who: string }, Booked>("picked", (answer, { who }) => {
    this.applied.push(this.simulation.tick);
    if (!answer.ok) {
      this.state.ripe += 1;
      return answer;
    }
    const avatar = this.players.get(who)?.avatar;
    if (avatar) avatar.herbs += 1;
    return undefined;
  });

  /** What the database says of everybody's bag. */
  async booked(): Promise<number[]> {
    const bags = await Promise.all(
      [...this.players.values()].map(({ claim }) => this.ports.items.read(claim)),
    );
    return bags.flat().map(({ qty }) => qty);
  }

  protected override createAvatar(): Picker {
    return new Picker();
  }

  protected override onOpen(): void {
    const message = z.strictObject({ request: z.string(), template: z.string() });
    this.on("pick", message, ({ sessionId: who, claim }, { request, template }) => {
      this.state.ripe -= 1;
      return this.picked({ who }, () => this.ports.items.grant(claim, request, template, 1, "picked"));
    });
    this.on("fail", z.strictObject({ how: z.enum(["database", "bug"]) }), ({ sessionId: who }, { how }) => {
      this.state.ripe -= 1;
      return this.picked({ who }, async () => {
        if (how === "database") throw new RoomkeepError("DATABASE_UNAVAILABLE");
        throw new Error("secret detail");
      });
    });
  }
}

let world: TestServer | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function patch() {
  world = await bootServer({ patch: PatchRoom });
  const ann = await world.join("patch", { name: "Ann" });
  const room = world.room<PatchRoom>(ann.room.roomId);
  const lines: string[] = [];
  room.record(openRecorder({ write: (line) => lines.push(line), hashEveryTicks: 1, markEveryTicks: 1 }));
  return { ann, room, lines };
}
const herbsOf = (player: TestPlayer) => (player.me() as unknown as Picker).herbs;
const refusalOf = async (player: TestPlayer, type: string, payload: unknown) => {
  const refused = player.message<{ type: string; code: string; reason: string }>("refused");
  player.send(type, payload);
  return refused;
};

describe("an answer from outside", () => {
  test("changes the world at the start of a tick, and a re-run has it without a database", async () => {
    const { ann, room, lines } = await patch();
    for (const request of ["a", "b"]) ann.send("pick", { request, template: "answers-herb" });
    await ann.until("two herbs", () => herbsOf(ann) === 2);
    expect(await refusalOf(ann, "pick", { request: "c", template: "gold" })).toMatchObject({
      type: "pick",
      code: "ITEM_UNKNOWN",
    });
    await ann.walk({ moveX: 127 }, 5);
    expect(room.state.ripe).toBe(3);
    expect(await room.booked()).toEqual([2]);

    const again = await rerun(PatchRoom, lines);
    expect(again).toMatchObject({ compared: again.ticks, mismatches: [] });
    const answers = lines
      .flatMap((line) => JSON.parse(line).e ?? [])
      .filter(([what]: [string]) => what === "answer");
    expect(answers).toHaveLength(3);
    // Without its answer the recording is seen to differ.
    const without = lines.map((line) => line.replace('["answer","picked"', '["answer","nobody"'));
    await expect(rerun(PatchRoom, without)).rejects.toThrow('No answer named "nobody"');
    // From every tick of it, also between a question and its answer.
    for (let from = again.tick - again.ticks; from < again.tick; from += 3) {
      expect(await rerun(PatchRoom, lines, { from })).toMatchObject({ mismatches: [], hash: again.hash });
    }
  });

  test("that does not come is a refusal: what was set aside is given back", async () => {
    const { ann, room } = await patch();
    expect(await refusalOf(ann, "fail", { how: "database" })).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    expect(room.faults.size).toBe(0);
    const { code, reason } = await refusalOf(ann, "fail", { how: "bug" });
    expect(code).toBe("ACTION_REFUSED");
    expect(reason).not.toContain("secret");
    expect(room.faults.get("question picked")).toBe(1);
    expect(room.state.ripe).toBe(5);
  });

  test("is a refusal in a re-run, which has nobody to ask", async () => {
    const stage = await openReplay(PatchRoom, { seed: 3 });
    stage.join("ann");
    stage.message("ann", "pick", { request: "a", template: "answers-herb" });
    expect(stage.room.state.ripe).toBe(4);
    stage.tick();
    expect(stage.room.state.ripe).toBe(5);
    // It comes between two ticks: before the first one.
    expect(stage.room.applied).toEqual([0]);
  });
});
