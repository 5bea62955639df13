import { describe, expect, it } from "vitest";
import { parentsOf, rowsOf, splitAtFind } from "../../admin/rooms/state-rows.ts";

/** A part of a state as rooms/desk/state-tree.ts tells it. */
const bag = [1, 2, { $: "more", count: 12 }];
const ann = { $class: "Avatar", name: "Ann", hand: { $: "secret" }, bag };
const actors = { k3: ann, "a/b~c": { $class: "Prop" } };
const state = { $class: "PlazaState", round: 3, actors, "…": { $: "more", count: 4 } };

describe("the state tree", () => {
  it("has a line for each field, with class and size of what can be opened", () => {
    expect(rowsOf(state, "").map(({ name, kind, text }) => [name, kind, text])).toEqual([
      ["round", "leaf", "3"],
      ["actors", "branch", "{2}"],
      ["…", "more", "4 more"],
    ]);
    expect(rowsOf(actors, "/actors").map(({ text }) => text)).toEqual(["Avatar {3}", "Prop {0}"]);
  });

  it("never shows a secret as a value or as a branch", () => {
    expect(rowsOf(ann, "/actors/k3")[1]).toMatchObject({ name: "hand", kind: "secret", text: "secret" });
  });

  it("names a part by a pointer that the server reads, whatever is in its name", () => {
    expect(rowsOf(actors, "/actors").map(({ path }) => path)).toEqual(["/actors/k3", "/actors/a~1b~0c"]);
  });

  it("points at the parent where something was left out of it", () => {
    expect(rowsOf(state, "").at(-1)?.path).toBe("");
    const last = rowsOf(bag, "/actors/k3/bag").at(-1);
    expect(last).toMatchObject({ kind: "more", path: "/actors/k3/bag", text: "12 more" });
  });

  it("knows the branches above a find, the outermost first", () => {
    expect(parentsOf("/actors/k3/name")).toEqual(["", "/actors", "/actors/k3"]);
    expect(parentsOf("/round")).toEqual([""]);
    expect(parentsOf("")).toEqual([]);
  });

  it("marks what was searched, in capitals or not, and nothing for an empty search", () => {
    expect(splitAtFind("Avatar Ann", " ANN ")).toEqual(["Avatar ", "Ann", ""]);
    expect(splitAtFind("Avatar", "x")).toBeUndefined();
    expect(splitAtFind("Avatar", "")).toBeUndefined();
  });
});
