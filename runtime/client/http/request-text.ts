// Hot path: requests as JSON text.
import type { InnerValue, ReadRequest } from '../transport.ts';

/** The body of a request for many keys. An instant is whole µs. */
export function bodyText(kind: ReadRequest['kind'], keys: readonly string[], at: number | undefined): string {
  const many = kind === 'group' ? 'keys' : 'requests';
  return `{"${many}":[${keys.join(',')}]${at === undefined ? '' : `,"as_of":${at}`}}`;
}

export function keyText(key: Readonly<Record<string, InnerValue | undefined>>): string {
  let text = '';
  for (const name in key) {
    const value = key[name];
    if (value !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${valueText(value)}`;
  }
  return `{${text}}`;
}

function valueText(value: InnerValue): string {
  switch (typeof value) {
    case 'number':
      // As text it is refused under its own name, instead of going as null.
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    case 'bigint':
      return `"${value}"`;
    default:
      return JSON.stringify(value);
  }
}
