import { Account } from "./account.ts";
import { Character } from "./character.ts";
import { ZoneQuarantine, ZoneSave } from "./zone-save.ts";

export { Account, Character, ZoneQuarantine, ZoneSave };

/** Every row class, for the DataSource. */
export const ENTITIES = [Account, Character, ZoneSave, ZoneQuarantine];
