import type { Server as HttpServer } from "node:http";
import { RoomkeepError } from "../../shared/index.ts";
import type { Config } from "../config.ts";

/** Listens on the configured port. @throws RoomkeepError PORT_IN_USE, CONFIG_INVALID */
export async function claimPort(http: HttpServer, { port, host }: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    http.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === "EADDRINUSE"
          ? new RoomkeepError(
              "PORT_IN_USE",
              `Port ${port} is in use. Stop the other program, or choose one: PORT=2568`,
              { cause },
            )
          : new RoomkeepError("CONFIG_INVALID", `Cannot listen on ${host}:${port}: ${cause.message}`, {
              cause,
            }),
      ),
    );
    http.listen(port, host, resolve);
  });
}
