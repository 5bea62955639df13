import { type } from "@colyseus/schema";
import { GameRoom, WorldRoom } from "roomkeep/rooms";
import { Actor, Avatar, defineLevel, WorldState } from "roomkeep/shared";
import { expect, test } from "vitest";
import { refusingPorts } from "../../rooms/ports/refusing-ports.ts";
import { checkActors } from "../../rooms/room-checks.ts";
import type { Games } from "../../server/game-class.ts";
import { defineGames, readGames } from "../../server/games.ts";

const gate = defineLevel({
  name: "gate",
  bounds: { min: [-5, -5], max: [5, 5] },
  spawns: [{ at: [0, 0, 0] }],
  portals: [{ at: [2, 0, 2], radius: 1, to: "nowhere" }],
});

class StatelessRoom extends WorldRoom {}
class NamelessRoom extends WorldRoom {
  override state = new WorldState();
  override persistent = true;
}
class GateRoom extends WorldRoom {
  override state = new WorldState();
  override level = gate;
}
class EagerRoom extends GameRoom {
  readonly mine = this.ports.items;
}
class PlainRoom extends WorldRoom {
  override state = new WorldState();
}

/**
 * As a compiler makes it that defines class fields. Made late: a state may hold any class that was ever made.
 */
function definedState(): Games[string] {
  class DefinedState extends WorldState {
    constructor() {
      super();
      Object.defineProperty(this, "score", {
        value: 1,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  }
  type("uint8")(DefinedState.prototype, "score");
  return class DefinedRoom extends WorldRoom<DefinedState> {
    override state = new DefinedState();
  };
}

/** The same in what only stands in the state later. */
function definedHero(): Games[string] {
  class DefinedHero extends Avatar {
    constructor() {
      super();
      Object.defineProperty(this, "mana", { value: 1, writable: true, enumerable: true, configurable: true });
    }
  }
  type("uint8")(DefinedHero.prototype, "mana");
  return PlainRoom;
}

/** As a compiler makes it that has no setting for decorators. */
function bareState(): Games[string] {
  class BareState extends WorldState {
    score = 1;
  }
  return class BareRoom extends WorldRoom<BareState> {
    override state = new BareState();
  };
}

/** The same of what stands in the state. */
class BareHero extends Avatar {
  mana = 1;
}
class BareHeroRoom extends WorldRoom<WorldState, BareHero> {
  override state = new WorldState();
  protected override createAvatar(): BareHero {
    return new BareHero();
  }
}

const refused: [string, () => unknown, string, RegExp][] = [
  ["no state", () => StatelessRoom, "GAME_INVALID", /StatelessRoom has no state .*new WorldState/],
  ["a kept zone without a name", () => NamelessRoom, "GAME_INVALID", /is persistent and names no zone/],
  ["a portal of a level that only instances have", () => GateRoom, "PORTAL_UNKNOWN", /leads to "nowhere"/],
  ["a part that is used too early", () => EagerRoom, "GAME_INVALID", /"game" can be made: .*onOpen/],
  ["what is no room class", () => ({}), "GAME_INVALID", /"game" is no room class/],
  ["a state without its decorators", bareState, "STATE_UNTRACKED", /BareState.score .*Decorators: true/],
  [
    "an avatar without its decorators",
    () => BareHeroRoom,
    "STATE_UNTRACKED",
    /BareHero.mana .*Decorators: true/,
  ],
  ["an avatar with defined fields", definedHero, "STATE_UNTRACKED", /DefinedHero.mana .*Fields: false/],
  ["a state with defined fields", definedState, "STATE_UNTRACKED", /DefinedState.score .*Fields: false/],
];

test.each(refused)("a server does not start with %s", (_, make, code, message) => {
  const games = { game: make() } as Games;
  expect(() => defineGames(games, refusingPorts)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

test("a room does not open with an actor whose class lost its decorators; what it keeps for itself it may", () => {
  const Rabbit = Actor.extend({}, "CheckedRabbit");
  class BareRabbit extends Rabbit {
    hops = 1;
  }
  class Hare extends Rabbit {}
  expect(() => checkActors([new Rabbit(), new Hare()])).not.toThrow();
  expect(() => checkActors([new Rabbit(), new BareRabbit()])).toThrow(
    expect.objectContaining({ code: "STATE_UNTRACKED", message: expect.stringMatching(/BareRabbit.hops/) }),
  );
});

test("a server/main without games is refused", () => {
  for (const main of [{}, { games: {} }])
    expect(() => readGames(main, "server/main.ts")).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
});
