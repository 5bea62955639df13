import { playSessions } from "roomkeep/plugins/play-sessions";
import { YardRoom } from "../games/yard/room.ts";

export const games = { yard: YardRoom };
export const plugins = [playSessions];
