import fc from "fast-check";
import { expect, test } from "vitest";
import { Cell } from "../../../rooms/replication/tracked-actor.ts";
import { CellTable } from "../../../rooms/replication/visibility/cell-table.ts";

/** Columns and rows near each other, a whole lattice apart, and at the edge of the world. */
const line = fc.oneof(
  fc.integer({ min: -40, max: 40 }),
  fc.constantFrom(32, 64, 512, 1024, -32, -512, 31_999, 32_000, -32_000),
);

test("a cell is found at its own place and at no other, whatever comes, goes and shares a place of the lattice", () => {
  const script = fc.array(fc.tuple(line, line, fc.boolean()), { minLength: 1, maxLength: 900 });
  fc.assert(
    fc.property(script, (steps) => {
      const table = new CellTable(3);
      const known = new Map<string, Cell>();
      for (const [x, z, stays] of steps) {
        const key = `${x} ${z}`;
        const cell = known.get(key) ?? new Cell(x, z, table.allocate());
        if (!known.has(key)) table.insert(cell);
        known.set(key, cell);
        expect(table.cell(table.find(x, z))).toBe(cell);
        table.beginTick();
        expect(table.findDue(x, z, 2)).toBe(-1);
        table.markDue(cell, 7, 2);
        expect(table.cell(table.findDue(x, z, 2))).toBe(cell);
        expect(table.findDue(x, z, 1)).toBe(-1);
        if (stays) continue;
        table.remove(cell);
        table.free(cell.slot);
        known.delete(key);
        expect(table.find(x, z)).toBe(-1);
      }
      for (const cell of known.values()) expect(table.cell(table.find(cell.x, cell.z))).toBe(cell);
      expect([...table.all()].sort((a, b) => a.slot - b.slot)).toEqual(
        [...known.values()].sort((a, b) => a.slot - b.slot),
      );
      expect(table.count).toBe(known.size);
    }),
    { numRuns: 60 },
  );
});

test("a world of ten thousand cells finds each of them", () => {
  const table = new CellTable(3);
  const cells = Array.from(
    { length: 10_000 },
    (_, i) => new Cell((i % 100) * 7 - 350, Math.floor(i / 100) * 7, table.allocate()),
  );
  for (const cell of cells) table.insert(cell);
  for (const cell of cells) {
    expect(table.cell(table.find(cell.x, cell.z))).toBe(cell);
    expect(table.find(cell.x + 1, cell.z)).toBe(-1);
  }
});
