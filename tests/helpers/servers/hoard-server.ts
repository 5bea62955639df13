import { WorldRoom } from "roomkeep/rooms";
import { readConfig, startServer } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";
import { z } from "zod";
import { oldLimit } from "../../../server/memory/heap.ts";

/** A room that keeps what it is told to, until it closes. */
class HoardRoom extends WorldRoom {
  static override readonly listing = { label: "Hoard", description: "Keeps much.", maxPlayers: 8 };
  override state = new WorldState();
  override rateLimits = { fill: { perSecond: 1_000, burst: 1_000 } };
  private readonly kept: object[] = [];

  protected override onOpen(): void {
    this.on("fill", z.strictObject({}), ({ client }) => {
      // Some 1 MB: so little that the process can look before it is too much, however busy the machine is.
      for (let i = 0; i < 7_000; i++) this.kept.push({ i, text: `${Math.random()}` });
      client.send("kept", this.kept.length);
    });
  }
}

const server = await startServer({ hoard: HoardRoom }, readConfig(process.env));
console.log(`old generation: ${oldLimit()}`);
process.send?.({ ready: true, port: server.port, url: server.url });
