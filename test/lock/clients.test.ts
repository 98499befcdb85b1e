import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessor } from '../../runtime/client/accessor.ts';
import type { OtherMeaning } from '../../runtime/client/errors.ts';
import { http } from '../../runtime/client/http/http.ts';
import { inProcess } from '../../runtime/client/in-process.ts';
import { accessorPlanOf } from '../../runtime/client/plan.ts';
import type { AccessorPlan } from '../../runtime/client/plan.ts';
import { tcp } from '../../runtime/client/tcp.ts';
import type { Transport } from '../../runtime/client/transport.ts';
import { httpServer } from '../../runtime/serve/http/server.ts';
import type { Answerer } from '../../runtime/serve/answerer.ts';
import type { Served, ServedFeature, ServingPlan } from '../../runtime/serve/plan.ts';
import { tcpServer } from '../../runtime/serve/tcp/server.ts';
import { patient } from '../support/patient.ts';

// What a client does that was generated for other meanings than the service's, by every transport.

const feature = (name: string, fingerprint: string): ServedFeature => ({
  ...{ name, type: { kind: 'int' }, nullable: false, doc: null },
  ...{ fingerprint, version: 2 },
});
const served: Served = {
  ...{ kind: 'group', name: 'spend', doc: null, owner: null, fingerprint: 'of the service' },
  inputs: [{ name: 'user_id', type: { kind: 'int' }, nullable: false, doc: null }],
  features: [feature('revenue', 'r2'), feature('views', 'v1'), feature('later', 'l1')],
};
const plan: ServingPlan = { abi: 1, fingerprint: 'p', sources: [], served: [served] };
const values = { revenue: 1, views: 2, later: 3 };
const answerer: Answerer = {
  frontier: () => [],
  answer: ({ keys }) => ({ at: 7, frontier: [], values: keys.map(() => values) }),
};

/** A client that was generated before `later` came, with what its features meant then. */
function clientOf(meanings: Readonly<Record<string, string>>): AccessorPlan {
  const { features, ...same } = accessorPlanOf(served);
  const known = Object.fromEntries(Object.entries(features).filter(([name]) => name in meanings));
  return { ...same, features: known, fingerprint: 'of the client', meanings };
}

const log = pino({ enabled: false });
const options = { plan, answerer, host: '127.0.0.1', port: 0, log };
const httpService = httpServer({ ...options, ready: () => ({ ready: true, reasons: [] }) });
const tcpService = tcpServer(options);
let address: string;
let transports: Record<string, Transport>;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  address = await httpService.start();
  const overHttp = http({ url: address, ...patient });
  const { port } = await tcpService.start();
  const overTcp = tcp({ port, ...patient });
  closing.push(
    () => overHttp.close(),
    () => overTcp.close(),
    () => httpService.close(),
    () => tcpService.close(),
  );
  const reader = { readGroup: () => values, readVector: () => values, frontier: () => [] };
  transports = { http: overHttp, tcp: overTcp, 'in-process': inProcess(reader, () => 7, plan) };
});
afterAll(async () => {
  for (const close of closing) await close();
});

type Keys = { readonly user_id: number };
const reads = (transport: string, client: AccessorPlan, pass?: (difference: OtherMeaning) => void) =>
  accessor<Keys, typeof values, Date>(
    transports[transport]!,
    client,
    pass === undefined ? {} : { onOtherMeaning: pass },
  );

describe.each(['http', 'tcp', 'in-process'])('over %s', transport => {
  it('a feature that means something else is an error that names it, at every read', async () => {
    const read = reads(transport, clientOf({ revenue: 'r1', views: 'v1' }));
    for (let i = 0; i < 2; i += 1) {
      await expect(read({ user_id: 1 })).rejects.toMatchObject({
        ...{ name: 'OtherMeaning', served: 'spend', features: ['revenue'] },
        ...{ expected: 'of the client', found: 'of the service' },
      });
    }
    await expect(read({ user_id: 1 })).rejects.toThrow(': revenue (generate both from the same declarations');
  });

  it('it is told once where it may pass, and the values are given', async () => {
    const told: (readonly string[])[] = [];
    const read = reads(transport, clientOf({ revenue: 'r1', views: 'v0' }), ({ features }) =>
      told.push(features),
    );
    expect(await read.many([{ user_id: 1 }, { user_id: 2 }])).toMatchObject([values, values]);
    expect(await read({ user_id: 1 })).toMatchObject(values);
    expect(told).toEqual([['revenue', 'views']]);
  });

  it('a feature that came later is no difference to a client that does not know it', async () => {
    expect(await reads(transport, clientOf({ revenue: 'r2', views: 'v1' }))({ user_id: 1 })).toMatchObject({
      revenue: 1,
      views: 2,
    });
  });

  it('a client of the same declarations is told nothing', async () => {
    const told: unknown[] = [];
    const read = reads(transport, accessorPlanOf(served), difference => told.push(difference));
    expect(await read({ user_id: 1 })).toEqual(values);
    expect(told).toEqual([]);
  });
});

it('over HTTP each meaning is told to those alone who know another', async () => {
  const ask = async (known: Record<string, string>): Promise<object> => {
    const reply = await fetch(`${address}/v1/groups/spend?user_id=1`, { headers: known });
    return (await reply.json()) as object;
  };
  expect(await ask({})).not.toHaveProperty('meanings');
  expect(await ask({ 'x-skewless-fingerprint': 'of the service' })).not.toHaveProperty('meanings');
  expect(await ask({ 'x-skewless-fingerprint': 'of the client' })).toMatchObject({
    ...{ values, fingerprint: 'of the service' },
    meanings: { revenue: 'r2', views: 'v1', later: 'l1' },
  });
});
