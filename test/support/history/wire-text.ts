/** A value written in JSON as it stands here: digits that a double cannot hold, `1e2`, `-0`. */
export class RawJson {
  constructor(readonly text: string) {}
}

/** JSON text of a value that may hold {@link RawJson}; −0 keeps its sign. */
export function jsonText(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`).join(',')}}`;
}

/** The same as `JSON.parse` would give it. */
export function jsonValue(value: unknown): unknown {
  return JSON.parse(jsonText(value)) as unknown;
}
