import type { ConnectionOptions } from 'node:tls';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InvalidRequest, OtherMeaning } from '../../runtime/client/errors.ts';
import { accessorPlanOf } from '../../runtime/client/plan.ts';
import type { ClosableTransport, InnerValue } from '../../runtime/client/transport.ts';
import { certificate } from './support/certificate.ts';
import { small } from './support/plan.ts';
import { startService } from './support/service.ts';
import type { Service } from './support/service.ts';

let service: Service;
let client: ClosableTransport;
beforeAll(async () => {
  service = await startService();
  client = service.client();
});
afterAll(() => service.stop());

const one = { kind: 'group', name: 'small', keys: [{ id: 1 }] } as const;
const readSmall = (...ids: readonly number[]) =>
  client.read({ kind: 'group', name: 'small', keys: ids.map(id => ({ id })) });
const refused = async (answer: Promise<unknown>): Promise<InvalidRequest> => {
  const error = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InvalidRequest);
  return error as InvalidRequest;
};

describe('reads over TCP', () => {
  test('one key, many, none, an instant of its own', async () => {
    expect(await readSmall(7)).toEqual({
      at: service.answerer.now,
      frontier: [],
      values: [{ twice: 14, text: 'n7' }],
      fingerprint: 's1',
      meanings: { twice: 't1', text: 'x1' },
    });
    const at = 1_600_000_000_000_001;
    const many = await client.read({ kind: 'group', name: 'small', keys: [{ id: 3 }, { id: -4 }], at });
    expect(many.at).toBe(at);
    expect(many.values).toEqual([
      { twice: 6, text: null },
      { twice: -8, text: 'n-4' },
    ]);
    expect((await readSmall()).values).toEqual([]);
  });

  test('every value of every type comes back as it was, in lists too', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 }).filter(each => !each.includes('\0'));
    const nullable = <T>(of: fc.Arbitrary<T>) => fc.option(of, { freq: 4, nil: null });
    const request = fc.record({
      int: nullable(fc.maxSafeInteger()),
      bigint: nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      double: nullable(fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0)),
      text: nullable(text),
      uuid: nullable(fc.uuid()),
      boolean: nullable(fc.boolean()),
      timestamp: nullable(fc.integer({ min: -8e15, max: 8e15 })),
      decimal: nullable(
        fc.integer({ min: -(10 ** 12) + 1, max: 10 ** 12 - 1 }).map(scaled => scaled / 100 + 0),
      ),
      enum: nullable(fc.constantFrom('red', 'green', 'blue')),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 20 }), async keys => {
        const { values } = await client.read({ kind: 'vector', name: 'everything', keys });
        expect(values).toStrictEqual(
          keys.map(key => ({
            ...key,
            ...Object.fromEntries(
              Object.entries(key).map(([name, value]) => [
                `${name}_list`,
                value === null ? [] : [value, value],
              ]),
            ),
          })),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('−0 is 0, a uuid is in lower case, what is left out is null', async () => {
    const keys = [{ int: -0, double: -0, uuid: 'AAAAAAAA-0000-4000-8000-00000000000F' }];
    const { values } = await client.read({ kind: 'vector', name: 'everything', keys });
    expect(values[0]).toMatchObject({ int: 0, double: 0, text: null });
    expect(Object.is(values[0]!['int'], 0) && Object.is(values[0]!['double'], 0)).toBe(true);
    expect(values[0]!['uuid']).toBe('aaaaaaaa-0000-4000-8000-00000000000f');
  });

  test.each<[string, InnerValue]>([
    ['int', 1.5],
    ['int', 2 ** 53],
    ['int', '1'],
    ['bigint', 2n ** 63n],
    ['double', Infinity],
    ['double', NaN],
    ['text', 'a\ud800b'],
    ['text', 'a\0b'],
    ['text', 5],
    ['uuid', 'no uuid'],
    ['boolean', 1],
    ['timestamp', 9e15],
    ['decimal', 0.001],
    ['enum', 'rad'],
    ['int', [1]],
  ])('%s may not be %s', async (name, value) => {
    const error = await refused(
      client.read({ kind: 'vector', name: 'everything', keys: [{}, { [name]: value }] }),
    );
    expect(error.code).toBe('invalid_key');
    expect(error.path).toBe(`requests[1].${name}`);
    if (value === 'rad') expect(error.hint).toBe("did you mean 'red'?");
  });

  test('a null or missing key, one that is unknown, a name that is unknown: each says what to write', async () => {
    const read = (kind: 'group' | 'vector', name: string, key: Record<string, InnerValue>) =>
      refused(client.read({ kind, name, keys: [key] }));
    expect((await read('group', 'small', { id: null })).message).toContain(
      'keys[0].id must be a whole number',
    );
    expect((await read('group', 'small', {})).message).toContain('keys[0].id is missing');
    expect((await read('group', 'small', { id: 1, idd: 2 })).message).toContain("did you mean 'id'?");
    expect((await read('group', 'smal', { id: 1 })).message).toContain("did you mean 'small'?");
    expect((await read('vector', 'small', { id: 1 })).message).toContain("'small' is a group");
  });

  test('calls of one tick for one group go as one request; more keys than one may hold as several', async () => {
    service.answerer.requests.length = 0;
    const answers = await Promise.all(Array.from({ length: 2500 }, (_, id) => readSmall(id)));
    expect(answers.map(({ values }) => values[0]!['twice'])).toEqual(answers.map((_, id) => id * 2));
    expect(service.answerer.requests.map(({ keys }) => keys.length)).toEqual([1000, 1000, 500]);
  });

  test('one call stays one request, at one instant; with too many keys it is refused', async () => {
    service.answerer.requests.length = 0;
    const wide = readSmall(...Array.from({ length: 700 }, (_, id) => id));
    const other = readSmall(...Array.from({ length: 700 }, (_, id) => -id));
    expect((await wide).values).toHaveLength(700);
    expect((await other).values[699]!['twice']).toBe(-1398);
    expect(service.answerer.requests).toHaveLength(2);
    const error = await refused(readSmall(...Array.from({ length: 1001 }, (_, id) => id)));
    expect(error.code).toBe('too_many_keys');
    expect(error.hint).toContain('1000');
  });

  test('calls at different instants are not mixed', async () => {
    const answers = await Promise.all(
      [5, 6, undefined, 5].map(at =>
        client.read({ kind: 'group', name: 'small', keys: [{ id: 1 }], ...(at === undefined ? {} : { at }) }),
      ),
    );
    expect(answers.map(({ at }) => at)).toEqual([5, 6, service.answerer.now, 5]);
  });

  test('a call that is wrong, or that the service fails at, takes no other with it', async () => {
    service.answerer.poison = 13;
    const settled = await Promise.allSettled([
      readSmall(12),
      client.read({ kind: 'group', name: 'small', keys: [{ id: 0.5 }] }),
      readSmall(13),
      readSmall(14),
    ]);
    service.answerer.poison = null;
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect((settled[1] as PromiseRejectedResult).reason).toMatchObject({ code: 'invalid_key' });
    const failed = (settled[2] as PromiseRejectedResult).reason as Error;
    expect(failed).toMatchObject({ code: 'internal' });
    // Why is for the service's log, not for the client.
    expect(failed.message).not.toContain('poison');
  });

  test('the frontier comes with each answer, and crosses the wire once for each change', async () => {
    const entry = { source: 'clicks', topic: -1, epoch: 3, partition: 2, nextOffset: 2 ** 40 + 1 };
    service.answerer.entries = [entry];
    const [first, second] = [await readSmall(1), await readSmall(2)];
    expect(first.frontier).toEqual([entry]);
    expect(second.frontier).toBe(first.frontier);
    service.answerer.entries = [{ ...entry, nextOffset: 2 ** 40 + 2 }];
    expect((await readSmall(1)).frontier[0]!.nextOffset).toBe(2 ** 40 + 2);
    service.answerer.entries = [];
  });

  test('an answer that cannot be written takes neither the connection nor the frontier with it', async () => {
    const broken = await startService();
    const { answerer } = broken;
    const echo = answerer.answer.bind(answerer);
    const other = broken.client();
    await other.read({ kind: 'group', name: 'small', keys: [{ id: 1 }] });
    answerer.entries = [{ source: 'clicks', topic: 0, epoch: 0, partition: 0, nextOffset: 5 }];
    answerer.answer = request => ({ ...echo(request), values: [{ bigint: 2n ** 64n }] });
    const read = other.read({ kind: 'vector', name: 'everything', keys: [{}] });
    await expect(read).rejects.toMatchObject({ code: 'internal' });
    answerer.answer = echo;
    const answer = await other.read({ kind: 'group', name: 'small', keys: [{ id: 1 }] });
    expect(answer.frontier).toEqual(answerer.entries);
    await broken.stop();
  });

  test('over TLS, to the right host', async () => {
    const secure = await startService({ tls: certificate, token: 'secret' });
    const read = (tls: ConnectionOptions, host = 'localhost') =>
      secure
        .client({ host, tls, token: 'secret', retries: 0 })
        .read({ kind: 'group', name: 'small', keys: Array.from({ length: 900 }, (_, id) => ({ id })) });
    expect((await read({ ca: certificate.cert })).values[899]).toEqual({ twice: 1798, text: 'n899' });
    await expect(read({})).rejects.toMatchObject({ name: 'Unavailable', reason: 'connect' });
    await expect(
      secure.client({ token: 'secret', retries: 0, connectTimeout: 200 }).read(one),
    ).rejects.toThrow(/no connection/);
    await secure.stop();
  });

  test('a client of another meaning is told; one that cannot understand the values is refused them', async () => {
    const request = { kind: 'group', name: 'small', keys: [{ id: 1 }] } as const;
    const plan = accessorPlanOf(small);
    expect((await client.read(request, { ...plan, fingerprint: 'older' })).fingerprint).toBe('s1');
    const more = { ...plan, fingerprint: 'older', features: { ...plan.features, third: 'int' as const } };
    await expect(client.read(request, more)).rejects.toThrow(OtherMeaning);
    const other = { ...plan, fingerprint: 'older', features: { ...plan.features, twice: 'text' as const } };
    await expect(client.read(request, other)).rejects.toThrow(/twice is of another type/);
  });
});
