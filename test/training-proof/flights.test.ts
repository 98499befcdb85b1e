import { expect, test } from 'vitest';
import { featuresOf } from '../../generator/ir/features.ts';
import type { SpineRow } from '../../runtime/history/index.ts';
import { workedExamples } from '../golden/worked-examples.ts';
import { flightRecords } from '../support/flights.ts';
import type { LoggedRecord } from '../support/history/history.ts';
import { completeHistory } from '../support/three-ways/complete-history.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import { byArrival, prove, total } from './prove.ts';
import type { Compared, Spines } from './prove.ts';

// Real flights: the training set at arrival knowledge is what the live stream answered at each row's instant.

const minute = 60_000_000;
/** Around a departure: long before it, as it is scheduled, while it may wait at the gate, and a day after. */
const instants = [-180, -1, 0, 20, 1440].map(minutes => minutes * minute);

test('the flights training set is what the stream answered', { timeout: 900_000 }, async () => {
  const program = await workedExamples();
  const database = await databaseFor(program.sql);
  try {
    const log = flightRecords('20k').map(
      (record): LoggedRecord => ({ ...record, effectiveArrival: record.arrivedAt }) as LoggedRecord,
    );
    await fillHistory(database, program, log);
    await completeHistory(database, program);
    const spines = spinesOf(log);
    const compared: Compared = new Map();
    await prove(program, database.db, log, spines, byArrival(log), compared);
    const rows = spines.get('delay_risk')!.length;
    console.log(
      `training proof: ${rows.toLocaleString('en')} rows of flights, ${total(compared).toLocaleString('en')} values equal`,
    );
    expect(rows).toBeGreaterThanOrEqual(100_000);
    const read = [...program.plan.groups, ...program.plan.vectors].filter(({ name }) => spines.has(name));
    const features = read.flatMap(plan => featuresOf(plan).map(({ name }) => `${plan.name}.${name}`));
    expect(features.map(name => [name, compared.get(name)])).toEqual(features.map(name => [name, rows]));
  } finally {
    await database.end();
  }
});

function spinesOf(log: readonly LoggedRecord[]): Spines {
  const rows = log.flatMap(({ value }) => {
    const { scheduled_departure, origin, destination, distance } = value as {
      readonly scheduled_departure: string;
      readonly origin: string;
      readonly destination: string;
      readonly distance: number;
    };
    const scheduled = Date.parse(scheduled_departure) * 1000;
    return instants.map(offset => ({ t: scheduled + offset, origin, destination, distance }));
  });
  return new Map<string, readonly SpineRow[]>([
    ['airport_departures', rows.map(({ t, origin }) => ({ t, request: { airport: origin } }))],
    ['route_departures', rows.map(({ t, origin, destination }) => ({ t, request: { origin, destination } }))],
    [
      'delay_risk',
      rows.map(({ t, origin, destination, distance }) => ({ t, request: { origin, destination, distance } })),
    ],
  ]);
}
