import { runSettings } from '../../support/run-settings.ts';

export interface CrashSettings {
  /** `SKEWLESS_CRASH_ROUNDS`: how often the service is killed. */
  readonly rounds: number;
  readonly seed: number;
}

export function crashSettings(): CrashSettings {
  const { SKEWLESS_CRASH_ROUNDS: text = '' } = process.env;
  const rounds = text === '' ? 30 : Number(text);
  if (!Number.isSafeInteger(rounds) || rounds < 1)
    throw new RangeError(`SKEWLESS_CRASH_ROUNDS=${text} is no whole number above zero`);
  return { rounds, seed: runSettings({ seed: 20_261_121, runs: 0, values: 0 }).seed };
}
