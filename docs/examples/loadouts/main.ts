import { storage } from "roomkeep/plugins/storage";
import { loadouts, popularity } from "./collections.ts";
import { DuelRoom } from "./room.ts";

export const games = { duel: DuelRoom };
export const plugins = [storage.with({ collections: [loadouts, popularity] })];
