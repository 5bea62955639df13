import { InputWatch } from "./input-watch.ts";
import { LastInputs } from "./last-inputs.ts";
import { MovementWatch } from "./movement-watch.ts";

/** What a room with a world watches of one player. */
export class PlayerWatch {
  readonly last = new LastInputs();
  readonly movement = new MovementWatch();
  readonly inputs: InputWatch;

  constructor(tickHz: number) {
    this.inputs = new InputWatch(tickHz);
  }
}
