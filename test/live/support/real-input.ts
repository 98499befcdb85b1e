import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { flightsFile, readFlights, wireRecord } from '../../../demo/flights.ts';
import { bytesOf } from '../../../runtime/sources/files/bytes.ts';
import { csvRows } from '../../../runtime/sources/files/csv-rows.ts';
import type { CsvRow } from '../../../runtime/sources/files/csv-rows.ts';
import { Random } from '../../support/random.ts';
import { root } from './live-service.ts';

/** A message to be produced, in the order of the log. */
export interface Message {
  readonly key: string;
  readonly value: Buffer;
}

const SECOND = 1_000_000;

/** Real flights out of vega-datasets, moved in time so that the last of them becomes known at `last`, µs. */
export async function flightMessages(count: number, last: number): Promise<Message[]> {
  const flights = await readFlights(flightsFile(), count);
  const moved = last - flights.arrivedAt[flights.arrivals[count - 1]!]!;
  for (let row = 0; row < count; row += 1) flights.scheduledDeparture[row]! += moved;
  return Array.from({ length: count }, (_, offset) => ({
    key: flights.origin[flights.arrivals[offset]!]!,
    value: Buffer.from(wireRecord(flights, offset).value),
  }));
}

/** The folder of real data that is not ours to ship. */
const data = process.env['SKEWLESS_DATA'] ?? join(root, '..', 'shared', 'data');
const clicks = join(data, 'rees46', 'events_2019-10-01.csv.gz');

/** Whether the clickstream is that of a real shop (REES46); else it is drawn at random in its shape. */
export const isRealClickstream = existsSync(clicks);

interface Click {
  readonly line_no: string;
  readonly event_time: string;
  readonly event_type: string;
  readonly product_id: string;
  readonly category_code: string;
  readonly price: string;
  readonly user_id: string;
  readonly user_session: string;
}

const types: Readonly<Record<string, string>> = { view: 'view', cart: 'add_to_cart', purchase: 'purchase' };

/** A shop's clickstream, three times as fast as it was, moved in time so that the last event is at `last`, µs. */
export async function clickMessages(last: number): Promise<Message[]> {
  const rows = isRealClickstream ? await readClicks() : drawnClicks();
  const end = Date.parse(rows.at(-1)!.event_time);
  return rows.map(row => ({
    key: row.user_id,
    value: Buffer.from(
      JSON.stringify({
        event_id: Number(row.line_no),
        user_id: Number(row.user_id),
        session_id: row.user_session,
        item_id: Number(row.product_id),
        event_type: types[row.event_type],
        category: row.category_code === '' ? null : row.category_code,
        revenue: row.event_type === 'purchase' ? row.price : null,
        event_time: new Date(last / 1000 - Math.round((end - Date.parse(row.event_time)) / 3)).toISOString(),
      }),
    ),
  }));
}

async function readClicks(): Promise<Click[]> {
  const all: CsvRow[] = [];
  for await (const some of csvRows(bytesOf(clicks))) all.push(...some);
  const [header, ...rows] = all;
  const names = header!.cells.map(name => name ?? '');
  return rows.map(
    ({ cells }) =>
      Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])) as unknown as Click,
  );
}

function drawnClicks(): Click[] {
  const random = new Random(46);
  return Array.from({ length: 17_000 }, (_, i) => {
    const user = random.between(1, 4500);
    const draw = random.between(0, 99);
    return {
      line_no: String(i + 1),
      event_time: new Date(1_569_888_000_000 + i * 600).toISOString(),
      event_type: draw < 96 ? 'view' : draw < 98 ? 'cart' : 'purchase',
      product_id: String(random.between(1, 6500)),
      category_code: random.between(0, 3) === 0 ? '' : `shelf.${random.between(1, 40)}`,
      price: (random.between(100, 90_000) / 100).toFixed(2),
      user_id: String(user),
      user_session: `${user}-${i >> 9}`,
    };
  });
}

/** µs now. */
export const present = (): number => Math.floor(Date.now() / 1000) * SECOND;
