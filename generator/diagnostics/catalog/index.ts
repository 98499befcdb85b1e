import type { Entry } from '../entry.ts';
import { declarations } from './declarations.ts';
import { lambdas } from './lambdas.ts';
import { loading } from './loading.ts';

/**
 * Every diagnostic there is, by code: SK1xx loading, SK2xx and SK3xx lambdas, SK4xx and above declarations.
 * Adding one is an entry in one of the three files, and a sample in `test/diagnostics/samples/`.
 */
export const catalog = { ...loading, ...lambdas, ...declarations } as const;

export type Code = keyof typeof catalog;

/** What the texts of a code are made of. */
export type ParamsOf<C extends Code> = (typeof catalog)[C] extends Entry<infer P> ? P : never;
