import { expect, test } from "vitest";
import { parseLine } from "../../client/social/chat-commands.ts";

const ann = { to: "s1", name: "Ann" };
const annLee = { to: "s2", name: "Ann Lee" };
const read = (line: string) => parseLine(line, "room", [ann, annLee], annLee);

test("a line goes to the room, to the party by /p, to the sender of the last whisper by /r", () => {
  expect(read(" hello ")).toEqual({ channel: "room", text: "hello" });
  expect(parseLine("hello", "party", [])).toEqual({ channel: "party", text: "hello" });
  expect(read("/p off we go")).toEqual({ channel: "party", text: "off we go" });
  expect(read("/r yes")).toEqual({ channel: annLee, text: "yes" });
  expect(parseLine("/r yes", "room", [])).toHaveProperty("problem");
});

test("/w whispers to the longest name that fits, in any case, or to the first word", () => {
  expect(read("/w ann lee, hello")).toEqual({ channel: ann, text: "lee, hello" });
  expect(read("/w ANN LEE hello")).toEqual({ channel: annLee, text: "hello" });
  expect(read("/w Anna hello there")).toEqual({ channel: { to: "Anna", name: "Anna" }, text: "hello there" });
  // Without a text the switch beside the chat is set.
  expect(read("/w ann")).toEqual({ channel: ann, text: "" });
  expect(read("/w")).toHaveProperty("problem");
});

test("what is no order here says how it goes, and is not said aloud", () => {
  expect(read("/wave")).toHaveProperty("problem");
  expect(read("/")).toHaveProperty("problem");
});

test("a name that several have goes to the room as it was written, with its tag if it has one", () => {
  const known = [ann, { to: "s3", name: "Ann #a1b2" }, { to: "s4", name: "Bob" }];
  const sent = (line: string) => parseLine(line, "room", known);
  expect(sent("/w ann hello")).toEqual({ channel: { to: "Ann", name: "Ann" }, text: "hello" });
  expect(sent("/w ann #a1b2 hello")).toEqual({ channel: known[1], text: "hello" });
  expect(sent("/w ann #c3d4 hello")).toEqual({
    channel: { to: "Ann #c3d4", name: "Ann #c3d4" },
    text: "hello",
  });
  expect(sent("/w bob hello")).toEqual({ channel: known[2], text: "hello" });
});
