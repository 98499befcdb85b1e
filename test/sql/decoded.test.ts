import { describe, expect, it } from 'vitest';
import { readInt, readText, refuse, refuseRecord, readObject } from '../../runtime/abi.ts';
import { historyRecord } from '../../runtime/history/index.ts';

interface Item {
  id: number;
  name: string | null;
}

function decodeColumns(value: unknown, row: Item, columns: ReadonlySet<string>) {
  const cells = readObject(value);
  if (cells === null) return refuseRecord(value);
  const id = readInt(cells['id']);
  if (Number.isNaN(id)) return refuse('id', 'a whole number', cells['id']);
  row.id = id;
  if (!columns.has('name')) return null;
  row.name = readText(cells['name']);
  return row.name === null ? refuse('name', 'text', cells['name']) : null;
}

const items = {
  kind: 'table' as const,
  name: 'items',
  primaryKey: ['id'],
  columns: ['id', 'name'],
  types: [
    { kind: 'int' as const, nullable: false },
    { kind: 'text' as const, nullable: true },
  ],
  createRow: (): Item => ({ id: 0, name: 'left over' }),
  decode: (value: unknown, row: Item) => decodeColumns(value, row, new Set(['id', 'name'])),
  scan: () => false,
  decodeColumns,
  time: () => null,
};
const program = { abi: 1, fingerprint: '', sources: [items], groups: [], vectors: [] };
const place = { source: 'items', topic: 0, epoch: 0, partition: 0, offset: 7, arrivedAt: 5 };
const source = { lsn: '18446744073709551000', ts_us: 1_700_000_000_000_000 };

describe('a record for the history', () => {
  it('is a change with its key, its row, and the columns left out', () => {
    const value = { op: 'u', after: { id: 1, name: '__debezium_unavailable_value' }, source };
    expect(historyRecord(program, { ...place, value })).toEqual({
      ...place,
      kind: 'change',
      op: 'u',
      lsn: 18446744073709551000n,
      commitTime: source.ts_us,
      row: { id: 1, name: null },
      unavailable: ['name'],
    });
    const deletion = historyRecord(program, {
      ...place,
      value: { op: 'd', before: { id: 2, name: 'x' }, source },
    });
    expect(deletion).toMatchObject({ op: 'd', row: { id: 2 } });
  });

  it('is refused by the decoder of the stream, with its bytes', () => {
    const bytes = new TextEncoder().encode(
      '{"op":"c","after":{"id":1.5,"name":"x"},"source":{"ts_us":1700000000000000}}',
    );
    expect(historyRecord(program, { ...place, value: bytes })).toMatchObject({
      ...place,
      kind: 'refused',
      column: 'id',
      bytes,
    });
    expect(historyRecord(program, { ...place, value: new Uint8Array([255]) })).toMatchObject({
      kind: 'refused',
      reason: 'not-json',
    });
  });
});
