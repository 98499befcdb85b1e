/** What a run of the randomised tests is told by the environment. */
export interface RunSettings {
  /** `SKEWLESS_SEED=7` repeats a run; `SKEWLESS_SEED=random` makes a new one. */
  readonly seed: number;
  /** `SKEWLESS_RUNS`: histories (parity) or programs (property) at least. */
  readonly runs: number;
  /** `SKEWLESS_VALUES`: a test goes on until it has compared so many values. */
  readonly values: number;
}

/** @param usual what the test does when it is told nothing: enough to prove the point in a minute or two */
export function runSettings(usual: RunSettings): RunSettings {
  const { SKEWLESS_SEED: seed, SKEWLESS_RUNS: runs, SKEWLESS_VALUES: values } = process.env;
  return {
    seed: seed === 'random' ? Math.floor(Math.random() * 2 ** 32) : whole('SKEWLESS_SEED', seed, usual.seed),
    runs: whole('SKEWLESS_RUNS', runs, usual.runs),
    values: whole('SKEWLESS_VALUES', values, usual.values),
  };
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name}=${text} is no whole number`);
  return value;
}
