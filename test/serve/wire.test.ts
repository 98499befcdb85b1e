import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import { earliestInstant, latestInstant } from '../../kernels/instant-bounds.ts';
import { AnswerReader } from '../../runtime/client/http/answer-reader.ts';
import { keyText } from '../../runtime/client/http/request-text.ts';
import { accessorPlanOf } from '../../runtime/client/plan.ts';
import type { FrontierEntry } from '../../runtime/engine/record.ts';
import type { InnerValue } from '../../runtime/client/transport.ts';
import { AnswerWriter } from '../../runtime/serve/wire/answer-writer.ts';
import { explainer } from '../../runtime/serve/wire/explain.ts';
import { FrontierJson } from '../../runtime/serve/wire/frontier-json.ts';
import { JsonWriter } from '../../runtime/serve/wire/json-writer.ts';
import { parseBody } from '../../runtime/serve/wire/parse-body.ts';
import { RequestReader } from '../../runtime/serve/wire/request-reader.ts';
import type { WireRequest } from '../../runtime/serve/wire/request-reader.ts';
import { RowWriter } from '../../runtime/serve/wire/row-writer.ts';
import { ServeError } from '../../runtime/serve/errors.ts';
import { SCALARS, echo, frontier, user } from './support.ts';

const bigint = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: 'binary' }).filter(value => !value.includes('\0'));

const instant = fc.integer({ min: earliestInstant, max: latestInstant - 1 }).map(value => value + 0);

/** Inner values of each type, as an engine holds them. */
const inner: Readonly<Record<string, fc.Arbitrary<Exclude<InnerValue, null | readonly unknown[]>>>> = {
  int: fc.maxSafeInteger().map(value => value + 0),
  bigint,
  decimal: fc.integer({ min: -999_999_999_999, max: 999_999_999_999 }).map(scaled => scaled / 1000 + 0),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0),
  text,
  uuid: fc.uuid(),
  boolean: fc.boolean(),
  timestamp: instant,
  enum: fc.constantFrom('placed', 'paid', 'it"s'),
};

const key = fc.record(Object.fromEntries(Object.entries(inner).map(([name, of]) => [name, fc.option(of)])), {
  noNullPrototype: true,
});
const values = fc.record(
  Object.fromEntries(
    Object.entries(inner).flatMap(([name, of]) => [
      [name, fc.option(of)],
      [`${name}_list`, fc.array(of, { maxLength: 4 })],
    ]),
  ),
  { noNullPrototype: true },
) as unknown as fc.Arbitrary<Record<string, InnerValue>>;

/** What a writer writes, as text. */
function written(write: (writer: JsonWriter) => void): string {
  const writer = new JsonWriter();
  writer.begin();
  write(writer);
  return writer.take().toString();
}

const rowText = (served: typeof echo, row: Record<string, InnerValue>): string =>
  written(writer => new RowWriter(served.features).write(row, writer));

describe('the wire', () => {
  it('brings every value of every type back to the bit', () => {
    const writer = new AnswerWriter(echo, new FrontierJson(), new JsonWriter());
    const reader = new AnswerReader(accessorPlanOf(echo));
    fc.assert(
      fc.property(fc.array(values, { maxLength: 4 }), instant, (rows, at) => {
        const answer = { at, frontier, values: rows };
        const read = reader.read(writer.write(answer, false).toString(), rows.length);
        expect(read).toStrictEqual({ ...answer, fingerprint: echo.fingerprint });
      }),
    );
  });

  it('writes JSON that any reader takes, features in order', () => {
    fc.assert(
      fc.property(values, row => {
        const read = JSON.parse(rowText(echo, row)) as object;
        expect(Object.keys(read)).toEqual(echo.features.map(({ name }) => name));
      }),
    );
  });

  it('leaves an answer as it is while it writes the next', () => {
    const writer = new AnswerWriter(user, new FrontierJson(), new JsonWriter());
    const answer = { at: 0, frontier, values: [{ user_id: 1, spend: 2.5 }] };
    const first = writer.write(answer, true);
    const text = first.toString();
    writer.write({ ...answer, values: [{ user_id: 7, spend: 7.5 }] }, true);
    expect(first.toString()).toBe(text);
  });

  it('goes on after an answer that failed halfway', () => {
    const writer = new AnswerWriter(user, new FrontierJson(), new JsonWriter());
    const answer = { at: 0, frontier, values: [{ user_id: 1, spend: 2.5 }] };
    const text = writer.write(answer, true).toString();
    expect(() => writer.write({ ...answer, values: [undefined as never] }, true)).toThrow();
    expect(writer.write(answer, true).toString()).toBe(text);
  });

  it('writes answers larger than its memory, and small ones after them', () => {
    const writer = new AnswerWriter(user, new FrontierJson(), new JsonWriter());
    for (const rows of [100_000, 1, 3000, 0]) {
      const values = Array.from({ length: rows }, (_, i) => ({ user_id: i, spend: i / 4 }));
      const read = JSON.parse(writer.write({ at: 0, frontier, values }, false).toString()) as object;
      expect(read).toMatchObject({ values });
    }
  });

  it('writes −0 as 0, and what is not finite as null', () => {
    expect(rowText(user, { user_id: -0, spend: NaN })).toBe('{"user_id":0,"spend":null}');
    expect(rowText(user, { user_id: 1, spend: -Infinity })).toBe('{"user_id":1,"spend":null}');
  });

  it('writes numbers as JavaScript does, to the last digit', () => {
    const decimals = fc
      .tuple(
        fc.oneof(fc.integer({ min: -20_000, max: 20_000 }), fc.integer(), fc.maxSafeInteger()),
        fc.integer({ min: 0, max: 8 }),
      )
      .map(([value, places]) => value / 10 ** places);
    const near = fc
      .tuple(decimals, fc.constantFrom(-1, 0, 1))
      .map(([value, ulps]) => value * (1 + ulps * Number.EPSILON));
    fc.assert(
      fc.property(fc.oneof(decimals, near, fc.double({ noNaN: true, noDefaultInfinity: true })), value => {
        expect(written(writer => writer.number(value))).toBe(`${value}`);
      }),
      { numRuns: 50_000 },
    );
  });

  it('has room for the longest number and any bigint, wherever its memory ends', () => {
    const all = [-0.0000012345678901234567, -1.2345678901234567e-308, -(2 ** 70), 2 ** 31 - 1];
    for (let before = 0; before < 70; before += 1) {
      const text = written(writer => {
        // Of the 64 KiB that it begins with, all but `before`.
        for (let i = before; i < 65_536; i += 1) writer.comma();
        for (const number of all) writer.number(number);
        writer.bigint(-(2n ** 127n));
      });
      expect(text.slice(65_536 - before)).toBe(`${all.map(String).join('')}"${-(2n ** 127n)}"`);
    }
  });

  it('writes instants as they are formatted everywhere', () => {
    fc.assert(
      fc.property(instant, value => {
        expect(written(writer => writer.instant(value as Instant))).toBe(
          `"${formatInstant(value as Instant)}"`,
        );
      }),
      { numRuns: 5000 },
    );
  });

  it('escapes text as JSON.stringify does', () => {
    const units = fc.oneof(
      text,
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      fc.string({ maxLength: 80 }),
    );
    fc.assert(
      fc.property(units, value => {
        expect(written(writer => writer.text(value))).toBe(JSON.stringify(value));
      }),
      { numRuns: 5000 },
    );
    expect(written(writer => writer.text('\ud800'))).toBe('"\\ud800"');
  });

  it('writes a frontier once for as long as it stands', () => {
    const json = new FrontierJson();
    const textOf = (given: readonly FrontierEntry[]): string => json.of(given).toString();
    expect(textOf(frontier)).toBe('[{"source":"events","topic":0,"epoch":0,"partition":1,"next_offset":7}]');
    expect(json.of(frontier)).toBe(json.of(frontier));
    expect(textOf([])).toBe('[]');
  });

  it('writes each frontier as it is, whichever stood before', () => {
    const json = new FrontierJson();
    const entry = fc.record({
      source: fc.constantFrom('a', 'b', 'it"s'),
      topic: fc.integer({ min: -1, max: 2 }),
      epoch: fc.nat(2),
      partition: fc.nat(2),
      nextOffset: fc.maxSafeInteger().map(Math.abs),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 4 }), entries => {
        expect(JSON.parse(json.of(entries).toString())).toEqual(
          entries.map(({ nextOffset, ...place }) => ({ ...place, next_offset: nextOffset })),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('brings every key back to the bit', () => {
    const reader = new RequestReader(echo, 10);
    fc.assert(
      fc.property(key, given => {
        const body = parseBody(Buffer.from(`{"request":${keyText(given)}}`), true);
        expect(reader.readBody(body).request.keys).toStrictEqual([given]);
      }),
    );
  });
});

describe('the check by hand', () => {
  /** JSON that is nearly right: cells of the right type, of another, and of none. */
  const cell = fc.oneof(
    ...Object.values(inner).map(of => of.map(value => (typeof value === 'bigint' ? String(value) : value))),
    fc.constantFrom<unknown>(
      null,
      '',
      'NaN',
      1e308 * 10,
      2 ** 53,
      '12.5',
      '12.3456',
      1e21,
      -0,
      '007',
      [],
      {},
    ),
    fc.constantFrom(
      '2024-05-01T12:00:00Z',
      '2024-05-01T12:00:00.1234567Z',
      '2024-05-01',
      '\ud800',
      '2024-05-01T12:00:00+02:00',
    ),
    fc.jsonValue(),
  );
  const nearKey = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.dictionary(
        fc.constantFrom(...Object.keys(SCALARS), 'other', '__proto__', 'toString'),
        cell,
      ),
    },
    { weight: 1, arbitrary: cell },
  );
  const members = fc.record(
    {
      request: nearKey,
      requests: fc.oneof(
        { weight: 4, arbitrary: fc.array(nearKey, { maxLength: 4 }) },
        { weight: 1, arbitrary: cell },
      ),
      as_of: cell,
      extra: cell,
    },
    { requiredKeys: [] },
  );

  function outcome(read: () => WireRequest | null): unknown {
    try {
      return read();
    } catch (error) {
      if (error instanceof ServeError) return null;
      throw error;
    }
  }

  it.each(['vector', 'group'] as const)('agrees with zod on every body: %s', kind => {
    const served =
      kind === 'vector'
        ? echo
        : { ...echo, kind, inputs: echo.inputs.map(input => ({ ...input, nullable: false })) };
    const reader = new RequestReader(served, 3);
    const byZod = explainer(served, 3);
    const renamed = (body: Record<string, unknown>): unknown =>
      kind === 'vector'
        ? body
        : Object.fromEntries(
            Object.entries(body).map(([name, value]) => [name.replace('request', 'key'), value]),
          );
    let accepted = 0;
    const agree = (body: unknown): void => {
      const bytes = Buffer.from(JSON.stringify(body));
      const parsed = parseBody(bytes, true);
      const quick = outcome(() => reader.readSound(parsed));
      if (quick !== null) accepted += 1;
      expect(quick).toStrictEqual(outcome(() => byZod(parsed)));
    };
    fc.assert(
      fc.property(members, body => agree(renamed(body))),
      { numRuns: 3000 },
    );
    // And cell by cell: all is right but one.
    const right = fc.record(
      Object.fromEntries(
        Object.entries(inner).map(([name, of]) => [
          name,
          of.map(value => (typeof value === 'bigint' ? String(value) : value)),
        ]),
      ),
    );
    fc.assert(
      fc.property(right, fc.constantFrom(...Object.keys(SCALARS)), cell, (sound, name, given) =>
        agree(renamed({ requests: [sound, { ...sound, [name]: given }] })),
      ),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });

  it('agrees with zod on numbers of many digits', () => {
    const reader = new RequestReader(echo, 3);
    const byZod = explainer(echo, 3);
    const digits = fc.stringMatching(/^-?(?:0|[1-9]\d{0,20})(?:\.\d{1,20})?(?:e[+-]?\d{1,2})?$/);
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(SCALARS)), digits, (name, number) => {
        const parsed = parseBody(Buffer.from(`{"request":{"${name}":${number}}}`), true);
        expect(outcome(() => reader.readSound(parsed))).toStrictEqual(outcome(() => byZod(parsed)));
      }),
      { numRuns: 3000 },
    );
  });

  it('loses no digit of a key', () => {
    const reader = new RequestReader(echo, 3);
    const body = parseBody(
      Buffer.from('{"request":{"bigint":9007199254740993,"decimal":123456789.125}}'),
      true,
    );
    expect(reader.readSound(body)?.request.keys[0]).toMatchObject({
      bigint: 9007199254740993n,
      decimal: 123456789.125,
    });
  });
});
