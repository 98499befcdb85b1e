import { Pool } from 'undici';
import { MEANING_HEADER } from '../../serve/wire/answer-writer.ts';
import { BadAnswer } from '../errors.ts';
import type { AccessorPlan } from '../plan.ts';
import type { ClosableTransport } from '../transport.ts';
import { AnswerReader } from './answer-reader.ts';
import { Batches } from './batches.ts';
import { post } from './exchange.ts';
import type { ExchangeSettings } from './exchange.ts';
import type { HttpOptions } from './options.ts';
import { refusalOfAnswer } from './refusal.ts';
import { bodyText } from './request-text.ts';

/** What is made once for a group or vector. */
interface Counter {
  readonly reader: AnswerReader;
  readonly settings: ExchangeSettings;
}

/**
 * Reads over HTTP: connections are kept open, and reads of one turn for the same group or vector go as one
 * request. Throws the errors of client/errors.ts.
 * @throws TypeError where the url is none
 */
export function http(options: HttpOptions): ClosableTransport {
  const url = new URL(options.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new TypeError(`the url must begin with http:// or https://, not ${url.protocol}`);
  const timeout = options.timeout ?? 2000;
  const pool = new Pool(url.origin, {
    connections: options.connections ?? 16,
    // The deadline of a read is its own.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { ...options.tls, timeout: options.connectTimeout ?? 1000 },
  });
  const headersOf = ({ fingerprint }: AccessorPlan): readonly string[] => [
    'content-type',
    'application/json',
    MEANING_HEADER,
    fingerprint,
    ...(options.token === undefined ? [] : ['authorization', `Bearer ${options.token}`]),
  ];
  const settings: Omit<ExchangeSettings, 'headers'> = {
    timeout,
    retries: options.retries ?? 2,
    backoff: options.backoff ?? 50,
    random: options.random ?? Math.random,
  };
  const base = url.pathname.replace(/\/$/, '');
  const counters = new WeakMap<AccessorPlan, Counter>();
  const counterOf = (plan: AccessorPlan): Counter => {
    let counter = counters.get(plan);
    if (counter === undefined) {
      counter = { reader: new AnswerReader(plan), settings: { ...settings, headers: headersOf(plan) } };
      counters.set(plan, counter);
    }
    return counter;
  };
  const batches = new Batches(async (plan, keys, at) => {
    const path = `${base}/v1/${plan.kind}s/${encodeURIComponent(plan.name)}`;
    const counter = counterOf(plan);
    const { status, text } = await post(pool, path, bodyText(plan.kind, keys, at), counter.settings);
    if (status !== 200) throw refusalOfAnswer(status, text);
    return counter.reader.read(text, keys.length);
  }, options.batch ?? 200);

  let closed: Promise<void> | null = null;
  return {
    read: async (request, plan) => {
      if (plan === undefined)
        throw new BadAnswer(`the types of ${request.name} are unknown: read it by an accessor`);
      return batches.read(request, plan);
    },
    close: () => (closed ??= batches.close().then(() => pool.close())),
  };
}
