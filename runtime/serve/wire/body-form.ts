import type { Served } from '../plan.ts';

/** What the members of a request's body are called: a group is asked by keys, a vector by requests. */
export interface BodyForm {
  readonly one: 'key' | 'request';
  readonly many: 'keys' | 'requests';
}

export function bodyFormOf(kind: Served['kind']): BodyForm {
  return kind === 'group' ? { one: 'key', many: 'keys' } : { one: 'request', many: 'requests' };
}
