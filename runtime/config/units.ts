/** A length of time: `'250ms'`, `'30s'`, `'5m'`, `'36h'`, `'400d'`. A day is 24 hours. */
export type Duration = `${number}${keyof typeof milliseconds}`;

/** A size in memory or on the wire: `'512KB'`, `'64MB'`, `'4GB'`. A KB is 1,024 bytes. */
export type Size = `${number}${keyof typeof bytes}`;

const milliseconds = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

const bytes = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 } as const;

/** @returns ms, or null where the text is no whole number of them above zero */
export function parseDuration(text: string): number | null {
  return parse(text, /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/, milliseconds);
}

/** @returns bytes, or null where the text is no whole number of them above zero */
export function parseSize(text: string): number | null {
  return parse(text, /^(\d+(?:\.\d+)?)(B|KB|MB|GB|TB)$/, bytes);
}

function parse(text: string, form: RegExp, units: Readonly<Record<string, number>>): number | null {
  const match = form.exec(text);
  if (!match) return null;
  const amount = Number(match[1]) * units[match[2]!]!;
  return amount > 0 && Number.isSafeInteger(amount) ? amount : null;
}

/** The shortest text of so many ms: `'30s'`, `'1500ms'`. */
export function durationText(length: number): string {
  return text(length, milliseconds, ['w']);
}

/** The shortest text of so many bytes: `'4GB'`. */
export function sizeText(size: number): string {
  return text(size, bytes, []);
}

/** In the largest unit that leaves a whole number; weeks are written as days. */
function text(amount: number, units: Readonly<Record<string, number>>, not: readonly string[]): string {
  const fitting = Object.entries(units).filter(([name, size]) => !not.includes(name) && amount % size === 0);
  const [name, size] = fitting.at(-1)!;
  return `${amount / size}${name}`;
}
