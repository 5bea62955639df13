import { type Avatar, roomMessages } from "../../shared/index.ts";
import type { Console } from "./console.ts";
import type { MessageRouter } from "./message-router.ts";

/** Players give the console's commands by message; the answer goes to the one who asked. */
export function registerConsoleMessages<A extends Avatar>(inbox: MessageRouter<A>, console: Console): void {
  inbox.on("command", roomMessages.command, ({ sessionId, role, client }, { line }) => {
    const answer = console.give({ id: sessionId, role }, line);
    if (typeof answer !== "string") return answer;
    client.send("console", { line, text: answer });
  });
  inbox.reply("complete", roomMessages.complete, ({ sessionId, role, client }, { line }) => {
    client.send("completions", { line, lines: console.complete({ id: sessionId, role }, line) });
  });
}
