// Control path. Bytes as lines.

const NEWLINE = 10;
const RETURN = 13;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Of a line that is longer this much is kept: no record is so long, and what is cut off is refused as malformed. */
export const LONGEST_LINE = 16 * 1024 * 1024;

/** The lines without their ends; a byte order mark before the first is left out. Some at a time. */
export async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  for await (const lines of rawLinesOf(bytes)) {
    for (let i = 0; i < lines.length; i += 1) {
      const line = lines[i]!;
      if (line.at(-1) === RETURN) lines[i] = line.subarray(0, -1);
    }
    yield lines;
  }
}

/** {@link linesOf}, but for a return at their ends. */
export async function* rawLinesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let parts: Buffer[] = [];
  let length = 0;
  let isFirst = true;
  const keep = (part: Buffer): void => {
    if (part.length === 0 || length >= LONGEST_LINE) return;
    // A copy: the chunk is not to be held by a part of it.
    const kept = Buffer.from(part.subarray(0, LONGEST_LINE - length));
    parts.push(kept);
    length += kept.length;
  };
  const finish = (last: Buffer): Buffer => {
    let line = last;
    if (length > 0) {
      keep(last);
      line = Buffer.concat(parts);
      parts = [];
      length = 0;
    }
    if (isFirst && line.subarray(0, 3).equals(BYTE_ORDER_MARK)) line = line.subarray(3);
    isFirst = false;
    return line;
  };
  for await (const chunk of bytes) {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    keep(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [finish(Buffer.alloc(0))];
}
