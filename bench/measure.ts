// How the benches measure. A shared machine makes wall time a matter of luck, so every rate is given by CPU time of
// the process (user and system, all threads: the collector's too) as well, and what is compared takes turns.

/** Each side runs this often; the best run counts. The first compiles. */
const ROUNDS = 3;

export interface Rate {
  readonly wall: number;
  readonly cpu: number;
}

/** Units a second of one run. */
export function rateOf(count: number, run: () => void): Rate {
  globalThis.gc?.();
  const wall = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(cpu);
  return {
    wall: count / (Number(process.hrtime.bigint() - wall) / 1e9),
    cpu: count / ((user + system) / 1e6),
  };
}

/**
 * Measures contestants in turn. Each is prepared anew for every round, outside of the measured time.
 * @param count units of work of one run
 */
export function contest<Name extends string>(
  count: number,
  contestants: Readonly<Record<Name, () => () => void>>,
): Readonly<Record<Name, Rate>> {
  const best = {} as Record<Name, Rate>;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of Object.keys(contestants) as Name[]) {
      const { wall, cpu } = rateOf(count, contestants[name]());
      const known = best[name] ?? { wall: 0, cpu: 0 };
      best[name] = { wall: Math.max(known.wall, wall), cpu: Math.max(known.cpu, cpu) };
    }
  }
  return best;
}

export function heading(title: string, ...explanation: readonly string[]): void {
  console.log(`\n${title}`);
  for (const line of explanation) console.log(`  ${line}`);
}

/** One line: wall, CPU, and the ratio by CPU to what it is compared with. */
export function report(name: string, rate: Rate, target: string, other?: readonly [string, Rate]): void {
  const ratio =
    other === undefined
      ? ''
      : `   ${(rate.cpu / other[1].cpu).toFixed(2)} × ${other[0]} (${inUnits(other[1].cpu)})`;
  console.log(
    `  ${name.padEnd(34)}${inUnits(rate.wall)} wall ${inUnits(rate.cpu)} CPU${ratio}${target === '' ? '' : `   target ${target}`}`,
  );
}

function inUnits(rate: number): string {
  return (rate >= 1e6 ? `${(rate / 1e6).toFixed(2)} M/s` : `${(rate / 1e3).toFixed(1)} k/s`).padStart(10);
}
