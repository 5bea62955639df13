import { RoomkeepError } from "../../../shared/index.ts";
import { tellSettingsChanged } from "../../hints.ts";
import type { AskedChange, LiveSettings } from "../../settings/live-settings.ts";
import type { OperationContext } from "../operation.ts";

/**
 * The settings and flags of the running server, which alone knows those of its games and plugins.
 * @throws SERVER_NEEDED
 */
export function liveOf({ services }: Pick<OperationContext, "services">): LiveSettings {
  if (services) return services.live;
  throw new RoomkeepError(
    "SERVER_NEEDED",
    "Settings and flags are those of a running server: ask one on this machine, or at the desk.",
  );
}

/** A change by the operator who asks; all processes are told once it is in the database. */
export function changeBy(
  { by, after, services }: Pick<OperationContext, "after" | "by" | "services">,
  name: string,
  reason: string,
): AskedChange {
  after(async () => {
    await services?.live.look();
    if (services) await tellSettingsChanged(services.log);
  });
  return { name, reason, by: { accountId: by.accountId, caller: by.name } };
}
