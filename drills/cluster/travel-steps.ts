import { matchMaker } from "@colyseus/core";
import type { Ports } from "roomkeep/rooms";

/** Steps of a hand-over at which a process can be harmed: those of its source, and of its target. */
export const STEPS = {
  source: ["before-transfer", "after-transfer", "before-word"],
  target: ["before-seats", "before-claim", "after-claim"],
} as const;

/** The kinds of harm. */
export const HARMS = ["kill", "freeze"] as const;
export type Step = (typeof STEPS)["source" | "target"][number];
export type Harm = (typeof HARMS)[number];

/** Command of the drill to a process: harm yourself at the next such step; without a step, no more. */
export interface Arm {
  arm: Step | undefined;
  harm: Harm;
}

/** Makes this process harm itself at the step that its parent sends. */
export function armTravel(ports: Ports): void {
  let armed: Arm | undefined;
  process.on("message", (message: Partial<Arm>) => {
    if (message.harm) armed = { arm: message.arm, harm: message.harm };
  });
  const reach = (step: Step) => {
    if (armed?.arm !== step) return;
    const { harm } = armed;
    armed = undefined;
    process.send?.({ reached: step });
    process.kill(process.pid, harm === "kill" ? "SIGKILL" : "SIGSTOP");
  };
  const { characters } = ports;
  const { transfer, claimTransfer } = characters;
  characters.transfer = async (...args) => {
    reach("before-transfer");
    const ticket = await transfer(...args);
    reach("after-transfer");
    return ticket;
  };
  characters.claimTransfer = async (id, ticket, holder) => {
    if (holder.back) return claimTransfer(id, ticket, holder);
    reach("before-claim");
    const claim = await claimTransfer(id, ticket, holder);
    reach("after-claim");
    return claim;
  };
  for (const name of Object.keys(matchMaker.getAllHandlers())) {
    const room = matchMaker.getRoomClass(name).prototype as unknown as Record<
      string,
      (...args: never[]) => unknown
    >;
    wrap(room, "_reserveMultipleSeats", () => reach("before-seats"));
    wrap(room, "journeyEnded", () => reach("before-word"));
  }
}

function wrap(on: Record<string, (...args: never[]) => unknown>, name: string, first: () => void): void {
  const original = on[name];
  if (!original) throw new Error(`There is no ${name} to wrap.`);
  on[name] = function (this: unknown, ...args: never[]) {
    first();
    return original.apply(this, args);
  };
}
