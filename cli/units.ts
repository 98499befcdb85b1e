// Figures for the eye: three digits are enough.

/** `0`, `12.3`, `4,560`, `1.45 M`. */
export function amount(number: number): string {
  if (number >= 1e9) return `${rounded(number / 1e9)} G`;
  if (number >= 1e6) return `${rounded(number / 1e6)} M`;
  return rounded(number);
}

/** `780 µs`, `1.2 ms`, `4.5 s`, `12 min`, `3.1 h`; `–` of null, and of what is not known (Infinity). */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return '–';
  if (seconds === 0) return '0 s';
  if (seconds < 1e-3) return `${rounded(seconds * 1e6)} µs`;
  if (seconds < 1) return `${rounded(seconds * 1e3)} ms`;
  if (seconds < 120) return `${rounded(seconds)} s`;
  if (seconds < 7200) return `${rounded(seconds / 60)} min`;
  if (seconds < 172_800) return `${rounded(seconds / 3600)} h`;
  return `${rounded(seconds / 86_400)} d`;
}

/** `512 B`, `4.2 GB`; `–` of null. A KB is 1,024 bytes. */
export function size(bytes: number | null): string {
  if (bytes === null) return '–';
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${rounded(value)} ${units[unit]!}`;
}

function rounded(number: number): string {
  return Number(
    number.toPrecision(number >= 100 ? Math.max(3, String(Math.floor(number)).length) : 3),
  ).toLocaleString('en-US');
}

/** `1 group`, `2 groups`. */
export function counted(count: number, noun: string): string {
  return `${amount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
