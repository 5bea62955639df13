import { watchOf } from "../../rooms/internal.ts";
import { type Config, environment } from "../config.ts";
import { setLogLevel } from "../telemetry/log.ts";
import { openSettingGroup, type SettingGroup } from "./setting-group.ts";

/** The settings of roomkeep itself. */
export interface CoreSettings {
  readonly group: SettingGroup;
  /** The config as it is now: what is live has the value that counts. */
  readonly config: Config;
}

/** Opens roomkeep's own settings for changes. Those that are not live are the environment's alone. */
export function openCoreSettings(config: Config): CoreSettings {
  const { given } = config;
  const group = openSettingGroup({
    owner: "roomkeep",
    schema: environment,
    // A config that was made by hand counts as it is.
    below: [{ values: liveOf(config), nameOf: (name) => name, from: "default" }],
    variables: { values: given, nameOf: (name) => name, isText: true },
    what: "These settings",
    isCore: true,
  });
  const { values } = group;
  watchOf(values).watch("LOG_LEVEL", () => setLogLevel(values.LOG_LEVEL));
  return {
    group,
    config: {
      ...config,
      get charactersMax() {
        return values.ROOMKEEP_CHARACTERS_MAX;
      },
      get roomsMax() {
        return values.ROOMKEEP_ROOMS_MAX;
      },
      get accountTickets() {
        return values.ROOMKEEP_ACCOUNT_TICKETS;
      },
      get addressTickets() {
        return values.ROOMKEEP_ADDRESS_TICKETS;
      },
      get accountChat() {
        return values.ROOMKEEP_ACCOUNT_CHAT;
      },
      cheats: {
        days: config.cheats.days,
        get action() {
          return values.ROOMKEEP_CHEAT_ACTION;
        },
        get threshold() {
          return values.ROOMKEEP_CHEAT_THRESHOLD;
        },
      },
      get logLevel() {
        return values.LOG_LEVEL;
      },
    },
  };
}

const liveOf = (config: Config) => ({
  ROOMKEEP_CHARACTERS_MAX: config.charactersMax,
  ROOMKEEP_ROOMS_MAX: config.roomsMax,
  ROOMKEEP_ACCOUNT_TICKETS: config.accountTickets,
  ROOMKEEP_ADDRESS_TICKETS: config.addressTickets,
  ROOMKEEP_ACCOUNT_CHAT: config.accountChat,
  ROOMKEEP_CHEAT_ACTION: config.cheats.action,
  ROOMKEEP_CHEAT_THRESHOLD: config.cheats.threshold,
  LOG_LEVEL: config.logLevel,
});
