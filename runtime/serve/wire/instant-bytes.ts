// Hot path: instants as `formatInstant` writes them, as bytes.
import { civilFromDays } from '../../../kernels/civil.ts';
import { MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE } from '../../../kernels/instant.ts';
import type { Instant } from '../../../kernels/instant.ts';
import { writeThree, writeTwo } from './number-bytes.ts';

/** What an instant takes: `2024-02-29T23:59:59.000001Z`. */
export const INSTANT_BYTES = 27;

const COLON = 58;
const POINT = 46;
const Z = 90;

/** `YYYY-MM-DDT` of the day written last: instants that are written one after the other are mostly of one day. */
const date = Buffer.from('0000-00-00T');
let dateDay = NaN;

/**
 * @param bytes with room for `INSTANT_BYTES` at `start`
 * @returns where the text ends
 */
export function writeInstant(bytes: Uint8Array, start: number, instant: Instant): number {
  const day = Math.floor(instant / MICROSECONDS_PER_DAY);
  if (day !== dateDay) setDate(day);
  for (let i = 0; i < 11; i += 1) bytes[start + i] = date[i]!;
  const inDay = instant - day * MICROSECONDS_PER_DAY;
  const minutes = (inDay / MICROSECONDS_PER_MINUTE) | 0;
  const hours = (minutes / 60) | 0;
  const inMinute = inDay - minutes * MICROSECONDS_PER_MINUTE;
  const milliseconds = (inMinute / 1000) | 0;
  const seconds = (milliseconds / 1000) | 0;
  writeTwo(bytes, start + 11, hours);
  bytes[start + 13] = COLON;
  writeTwo(bytes, start + 14, minutes - hours * 60);
  bytes[start + 16] = COLON;
  writeTwo(bytes, start + 17, seconds);
  bytes[start + 19] = POINT;
  writeThree(bytes, start + 20, milliseconds - seconds * 1000);
  writeThree(bytes, start + 23, inMinute - milliseconds * 1000);
  bytes[start + 26] = Z;
  return start + INSTANT_BYTES;
}

function setDate(day: number): void {
  const { year, month, day: ofMonth } = civilFromDays(day);
  writeTwo(date, 0, (year / 100) | 0);
  writeTwo(date, 2, year % 100);
  writeTwo(date, 5, month);
  writeTwo(date, 8, ofMonth);
  dateDay = day;
}
