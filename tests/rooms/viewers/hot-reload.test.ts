import { t } from "@colyseus/schema";
import type { Room } from "colyseus.js";
import { GameRoom } from "roomkeep/rooms";
import { CLOSE, GameState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enterRoom, signIn } from "../../../bots/index.ts";
import { swapSchemaClasses } from "../../../server/dev/schema-hot-swap.ts";
import { type Watcher, watch } from "./watch.ts";

interface Edit {
  readonly says: string;
  /** One more field in the state's class. */
  readonly reshapes?: boolean;
}

/** The game as a load of its source makes it. */
function gamesOf({ says, reshapes = false }: Edit) {
  const PartyState = GameState.extend(
    { said: t.string().default(""), ...(reshapes && { more: t.string().default("") }) },
    "ReloadedParty",
  );
  class PartyRoom extends GameRoom<InstanceType<typeof PartyState>> {
    static override readonly listing = {
      label: "Party",
      description: "",
      maxPlayers: 2,
      spectators: { max: 2, chat: true },
      screens: 1,
    };
    override state = new PartyState();
    protected override onOpen(): void {
      this.clock.setInterval(() => {
        this.state.said = says;
      }, 100);
    }
  }
  return { party: PartyRoom };
}

let world: TestServer;
const load = (edit: Edit) => swapSchemaClasses(async () => gamesOf(edit));
beforeAll(async () => {
  world = await bootServer({});
  await world.server.reload(await load({ says: "first" }));
});
afterAll(() => world.close());

const said = ({ room }: Pick<Watcher, "room">) => (room.state as { said?: string }).said;
const roomOf = (code: string) => world.room<InstanceType<ReturnType<typeof gamesOf>["party"]>>(code);

async function party() {
  const { token } = await signIn(world.url, { name: "Ann" });
  const ann = (await enterRoom(world.url, "party", token, { create: true })) as unknown as Room;
  ann.onMessage("*", () => {});
  const code = ann.roomId;
  const [wanda, screen] = [
    await watch(world.url, { as: "spectator", code }),
    await watch(world.url, { as: "screen", code }),
  ];
  return { ann, code, wanda, screen };
}

test("viewers go on after an edit, as viewers", async () => {
  const { ann, code, wanda, screen } = await party();
  await wanda.until("the first state", () => said(wanda) === "first");
  const back = [ann, wanda.room, screen.room].map(
    (room) => new Promise<void>((done) => room.onReconnect(() => done())),
  );
  await world.server.reload(await load({ says: "second" }));
  await Promise.all(back);
  await wanda.until("the edit", () => said(wanda) === "second");
  await screen.until("the edit", () => said(screen) === "second");
  const room = roomOf(code);
  expect([...room.viewers.values()].map(({ as }) => as).sort()).toEqual(["screen", "spectator"]);
  expect([...room.players.keys()]).toEqual([ann.sessionId]);
  expect(await wanda.room.request("lobby.ready", {})).toMatchObject({ code: "VIEWER_ONLY" });
  const { rooms } = (await (await fetch(`${world.url}/v1/rooms`)).json()) as { rooms: object[] };
  expect(rooms).toMatchObject([{ roomId: code, players: 1, watching: 1, screens: 1 }]);
  await Promise.all([wanda.room.leave(), screen.room.leave()]);
  await expect.poll(() => room.viewers.size).toBe(0);
  await ann.leave();
});

test("viewers who could not read the state after an edit join anew", async () => {
  const { ann, wanda } = await party();
  await wanda.until("the state", () => said(wanda) !== undefined);
  await world.server.reload(await load({ says: "third", reshapes: true }));
  expect(await wanda.closed).toBe(CLOSE.RESHAPED);
  ann.connection.close();
});
