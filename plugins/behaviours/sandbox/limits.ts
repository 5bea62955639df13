/** Limits of each script. */
export interface ScriptLimits {
  /**
   * Units of 10,000 steps that a decision may take. It counts steps, not time: a script fails or does not,
   * the same on each machine.
   */
  readonly decisionUnits: number;
  /** Such units that reading the script may take. */
  readonly loadUnits: number;
  readonly memoryKb: number;
  readonly stackKb: number;
  /** Jobs of promises that one decision may run. */
  readonly jobs: number;
  readonly sourceKb: number;
}

/** Limits of each script. A decision that uses all of its steps takes some milliseconds. */
export const DEFAULT_LIMITS: ScriptLimits = {
  decisionUnits: 10,
  loadUnits: 20,
  memoryKb: 1_024,
  stackKb: 256,
  jobs: 64,
  sourceKb: 64,
};
