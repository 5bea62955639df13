import { Account } from "./account.ts";
import { Character } from "./character.ts";
import { Setting } from "./setting.ts";
import { ZoneQuarantine, ZoneSave } from "./zone-save.ts";

export { Account, Character, Setting, ZoneQuarantine, ZoneSave };

/** Every row class, for the DataSource. */
export const ENTITIES = [Account, Character, ZoneSave, ZoneQuarantine, Setting];
