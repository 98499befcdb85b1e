import { expect, test } from 'vitest';
import { csvRows } from '../../runtime/sources/files/csv-rows.ts';
import type { CsvRow } from '../../runtime/sources/files/csv-rows.ts';
import { LONGEST_LINE } from '../../runtime/sources/files/lines.ts';
import { Random } from '../support/random.ts';

async function rowsOf(content: string | Buffer, chunk = 64 * 1024): Promise<CsvRow[]> {
  const bytes = Buffer.from(content);
  const chunks = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  };
  const rows: CsvRow[] = [];
  for await (const some of csvRows(chunks())) rows.push(...some);
  return rows;
}

const cellsOf = async (content: string): Promise<unknown> =>
  (await rowsOf(content)).map(({ cells }) => cells);

test.each<[string, readonly (readonly (string | null)[])[]]>([
  ['', []],
  ['\n\r\n', []],
  ['a', [['a']]],
  ['a,\r\n', [['a', null]]],
  [',', [[null, null]]],
  ['"",', [['', null]]],
  ['""\r\n', [['']]],
  ['""""', [['"']]],
  ['"a,b","c""d"\n', [['a,b', 'c"d']]],
  [
    '"a\r\nb",c\r\nd,e',
    [
      ['a\r\nb', 'c'],
      ['d', 'e'],
    ],
  ],
  ['"a\n\n""\n",b\n', [['a\n\n"\n', 'b']]],
  ['\ufeff"a",b', [['a', 'b']]],
  ['a\rb,c\r\n', [['a\rb', 'c']]],
])('%j is read', async (content, expected) => {
  expect(await cellsOf(content)).toEqual(expected);
  expect((await rowsOf(content)).every(({ fault }) => fault === null)).toBe(true);
});

test('rows know the line they begin at', async () => {
  const rows = await rowsOf('a\n\n"b\n\n",1\r\nc\n');
  expect(rows.map(({ line }) => line)).toEqual([1, 3, 6]);
});

test('a quote that makes no sense stays, is told with its line, and spoils no other row', async () => {
  const rows = await rowsOf('x"y,1\n"a"b,"2"\n"p\nq",r"s\n"t,u"v,3\nlast,4\n');
  expect(rows.map(({ cells, fault }) => [cells, fault?.kind, fault?.line])).toEqual([
    [['x"y', '1'], 'quote', 1],
    [['"a"b', '2'], 'quote', 2],
    [['p\nq', 'r"s'], 'quote', 4],
    [['"t,u"v', '3'], 'quote', 5],
    [['last', '4'], undefined, undefined],
  ]);
});

test('a quote that is never closed takes all the rest, as it is written', async () => {
  const rows = await rowsOf('a,b\n1,"x\r\n2,""\n');
  const bytes = Buffer.from('1,"x\r\n2,""');
  expect(rows[1]).toEqual({ cells: [], line: 2, bytes, fault: { kind: 'open', line: 2 } });
});

test('a row that is not UTF-8 is told, with its bytes; U+FFFD that is written is text', async () => {
  const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
  const plain = latin('Zürich,1');
  const quoted = latin('"a\r\nZürich\n",2');
  const content = Buffer.concat([
    Buffer.from('Zürich,�\r\n'),
    plain,
    latin('\r\n'),
    quoted,
    latin('\nx,"y"\n'),
  ]);
  for (const chunk of [1, 7, 1000]) {
    const rows = await rowsOf(content, chunk);
    expect(rows.map(({ cells, fault }) => [cells[0], fault])).toEqual([
      ['Zürich', null],
      ['Z�rich', { kind: 'encoding', line: 2 }],
      ['a\r\nZ�rich\n', { kind: 'encoding', line: 3 }],
      ['x', null],
    ]);
    expect(rows.slice(1, 3).map(({ bytes }) => bytes)).toEqual([plain, quoted]);
  }
});

test('a row longer than any may be is told, and reading goes on behind it', async () => {
  const long = await rowsOf(`a,b\n${'x'.repeat(LONGEST_LINE + 1)},1\nc,d\n`);
  expect(long.map(({ cells, fault }) => [cells, fault?.kind])).toEqual([
    [['a', 'b'], undefined],
    [[], 'long'],
    [['c', 'd'], undefined],
  ]);
  const lines = `${'y'.repeat(1023)}\n`.repeat(LONGEST_LINE / 1024);
  const open = await rowsOf(`"${lines}${lines.slice(0, 4096)}`);
  expect(open[0]).toMatchObject({ line: 1, cells: [], fault: { kind: 'long', line: 1 } });
  expect(open.slice(1).map(({ cells }) => cells)).toEqual(open.slice(1).map(() => ['y'.repeat(1023)]));
});

test('what a writer of random tables writes is read, however the bytes are cut', async () => {
  const random = new Random(Math.floor(performance.timeOrigin));
  const words = ['a', 'é', '𝄞', '"', '""', ',', '\n', '\r\n', '\r', ' ', '1.5', "'", '\t', '日本'];
  const quoted = (text: string): string => `"${text.split('"').join('""')}"`;
  for (let round = 0; round < 2_000; round += 1) {
    const width = random.between(1, 5);
    const table = Array.from({ length: random.below(8) }, () =>
      Array.from({ length: width }, () =>
        random.chance(0.15)
          ? null
          : Array.from({ length: random.below(5) }, () => random.pick(words)).join(''),
      ),
    );
    const end = random.pick(['\n', '\r\n']);
    const written = table.map(cells =>
      cells
        .map(cell => {
          if (cell === null) return '';
          return cell === '' || /[",\r\n]/.test(cell) || random.chance(0.2) ? quoted(cell) : cell;
        })
        .join(','),
    );
    const text = (random.chance(0.1) ? '\ufeff' : '') + written.join(end) + (random.chance(0.7) ? end : '');
    const rows = await rowsOf(text, random.between(1, 40));
    const what = `seed ${random.seed}, round ${round}: ${JSON.stringify(text)}`;
    expect(
      rows.map(({ cells, fault }) => ({ cells, fault })),
      what,
    ).toEqual(table.filter(cells => width > 1 || cells[0] !== null).map(cells => ({ cells, fault: null })));
  }
});
