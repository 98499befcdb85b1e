// Control path. Bytes of a text file cut at the ends of lines, and known to be UTF-8.
import { isUtf8 } from 'node:buffer';
import { LONGEST_LINE } from '../../sources/files/lines.ts';
import { SpineError } from './errors.ts';

const NEWLINE = 10;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Each chunk ends with a line's end, but for the last of a file that has none there. A byte order mark before the
 * first line is left out.
 * @throws SpineError naming the line that is not UTF-8 or too long
 */
export async function* wholeLines(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  let line = 1;
  let isFirst = true;
  const take = (end: Buffer): Buffer => {
    const whole = parts.length === 0 ? end : Buffer.concat([...parts, end]);
    parts = [];
    length = 0;
    const chunk = isFirst && whole.subarray(0, 3).equals(BYTE_ORDER_MARK) ? whole.subarray(3) : whole;
    isFirst = false;
    if (!isUtf8(chunk)) throw new SpineError(`${name}, line ${line + badLine(chunk)}: it is not UTF-8`);
    line += newlinesIn(chunk);
    return chunk;
  };
  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield take(chunk.subarray(0, end));
    if (end < chunk.length) parts.push(chunk.subarray(end));
    length += chunk.length - end;
    if (length > LONGEST_LINE)
      throw new SpineError(`${name}, line ${line}: it is longer than ${LONGEST_LINE / 2 ** 20} MiB`);
  }
  if (length > 0) yield take(Buffer.alloc(0));
}

function newlinesIn(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** Which line, from 0, is the first that is not UTF-8: no character of more than one byte has a newline in it. */
function badLine(chunk: Buffer): number {
  let start = 0;
  for (let line = 0; ; line += 1) {
    const end = chunk.indexOf(NEWLINE, start);
    if (end < 0 || !isUtf8(chunk.subarray(start, end))) return line;
    start = end + 1;
  }
}
