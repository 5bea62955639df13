import type { Logger } from "pino";
import type { Ports } from "../../../rooms/index.ts";
import type { Auth } from "../../accounts/auth.ts";
import type { SignInWatch } from "../../accounts/sign-in-watch.ts";
import type { Caches } from "../../cache.ts";
import type { Membership } from "../../cluster/membership.ts";
import type { Shared } from "../../cluster/redis.ts";
import type { Config } from "../../config.ts";
import type { Watch } from "../../desk/watch.ts";
import type { ItemRules } from "../../items/ledger.ts";
import type { MemoryWatch } from "../../memory/memory-watch.ts";
import type { SanctionWatch } from "../../moderation/sanction-watch.ts";
import type { LiveSettings } from "../../settings/live-settings.ts";
import type { Database } from "../../storage/database.ts";
import type { Audit } from "../../telemetry/audit.ts";
import type { EventLogPort } from "../../telemetry/event-log.ts";
import type { KeptRecordings } from "../../telemetry/recording-archive.ts";

/** The parts of a running server that operations use. `Services` has them. */
export interface RunningParts {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Database;
  /** Redis with presence and driver; undefined where the process is alone. */
  readonly shared: Shared | undefined;
  /** Undefined without Redis, and until it listens. */
  readonly membership: Membership | undefined;
  readonly memory: MemoryWatch;
  readonly events: EventLogPort;
  readonly audit: Audit;
  readonly kept: KeptRecordings;
  readonly auth: Auth;
  readonly signIns: SignInWatch;
  readonly caches: Caches;
  readonly live: LiveSettings;
  readonly ports: Ports;
  readonly incarnation: string;
  readonly sanctions: SanctionWatch;
  /** Kinds of items of the games. */
  readonly itemRules: ItemRules;
  readonly watch: Watch;
}
