/** Scripts that do what none may, one for each class of attack, and the fault that each must end in. */
export const ATTACKS = {
  "endless loop": { source: "on('decide', () => {\n  for (;;);\n});", code: "STEPS" },
  "endless loop as it is read": { source: "for (;;);", code: "STEPS" },
  "memory bomb": {
    source: "const all = [];\non('decide', () => { for (;;) all.push('x'.repeat(100_000)); });",
    code: "MEMORY",
  },
  "slow memory leak": {
    source:
      "const all = [];\non('decide', () => { for (let i = 0; i < 4; i++) all.push('x'.repeat(20_000)); });",
    code: "MEMORY",
  },
  "promise flood": {
    source: "on('decide', () => { const next = () => Promise.resolve().then(next); next(); });",
    code: "JOBS",
  },
  "deep recursion": { source: "on('decide', () => { const f = () => 1 + f(); f(); });", code: "STACK" },
  "catastrophic regular expression": {
    source: "on('decide', () => { /(a+)+$/.test('a'.repeat(40) + 'b'); });",
    code: "STEPS",
  },
  "source of 10 MB": { source: `//${"x".repeat(10_000_000)}`, code: "SOURCE" },
  "getter that throws": {
    source: "on('decide', () => { memory = { get a() { throw new Error('no'); } }; });",
    code: "THREW",
  },
  "error whose message does not end": {
    source: "on('decide', () => { throw { get message() { for (;;); } }; });",
    code: "STEPS",
  },
  "import of a module": { source: "import fs from 'node:fs';", code: "SYNTAX" },
  "answer that is no decision": {
    source: "Object.prototype.toJSON = () => 'all of it';\non('decide', () => say('x'));",
    code: "ANSWER",
  },
} as const;
