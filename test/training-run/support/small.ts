import { appendHistory } from '../../../runtime/history/index.ts';
import type { EventRecord, SpineRow } from '../../../runtime/history/index.ts';
import { program } from '../../../generated/sql/index.ts';
import type { CarriedRow, TrainingRequest } from '../../../runtime/training/contract.ts';
import { Random } from '../../support/random.ts';
import type pg from 'pg';

// Flights at a few airports, and departures to ask about: one of the worked examples, by hand.

export { program } from '../../../generated/sql/index.ts';

export const start = Date.UTC(2026, 0, 1) * 1000;
const minute = 60_000_000;
const airports = ['ORD', 'JFK', 'SFO', 'DEN'];

/** Departures a quarter of an hour apart, that arrive up to three hours late. Offsets go on from `first`. */
export function flightRecords(count: number, first = 0, topic = 0, epoch = 0): EventRecord[] {
  const random = new Random(7 + first);
  return Array.from({ length: count }, (_, i): EventRecord => {
    const offset = first + i;
    const arrivedAt = start + offset * 15 * minute;
    return {
      ...{ kind: 'event', source: 'flights', topic, epoch, partition: 0, offset, arrivedAt },
      row: {
        scheduled_departure: arrivedAt - random.below(180) * minute,
        delay: random.below(120) - 10,
        distance: 100 + random.below(900),
        origin: random.pick(airports),
        destination: random.pick(airports),
      },
    };
  });
}

export async function fill(pool: pg.Pool, records: readonly EventRecord[]): Promise<void> {
  await appendHistory(pool, program, records);
}

/** Reads within the time of so many records, some of them twice. */
export function spineOf(count: number, records: number): SpineRow[] {
  const random = new Random(11);
  const rows = Array.from({ length: count }, (): SpineRow => ({
    t: start + random.below(records * 15) * minute,
    request: {
      origin: random.pick(airports),
      destination: random.pick([...airports, 'never seen']),
      distance: random.below(1000),
    },
  }));
  return rows.map((row, index) => (index % 9 === 8 ? rows[index - 4]! : row));
}

export const request: TrainingRequest = {
  read: { vector: 'delay_risk' },
  known: { kind: 'arrival' },
  before: true,
  carried: [{ name: 'label', type: { kind: 'int', list: false } }],
  hasKnownAt: false,
};

export const numbered = (spine: readonly SpineRow[]): CarriedRow[] =>
  spine.map((row, index) => ({ ...row, carried: [index * 3] }));
