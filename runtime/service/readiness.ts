// Control path: whether reads should be sent here.
import type { Readiness } from '../serve/http/options.ts';
import type { HealthBoard } from './health.ts';
import type { PartitionLag } from './lag.ts';

export interface ReadinessOptions {
  readonly stopping: boolean;
  readonly paused: boolean;
  /** ms. */
  readonly maxLag: number;
  readonly lag: readonly PartitionLag[];
  /** How long ago the ends of the logs were last seen, s; Infinity: never in this life. */
  readonly endsAge: number;
  readonly board: HealthBoard;
}

/** Ready: what is answered lacks nothing that is older than the lag that is allowed. */
export function readiness({ stopping, paused, maxLag, lag, endsAge, board }: ReadinessOptions): Readiness {
  const allowed = maxLag / 1000;
  const reasons: string[] = [];
  if (stopping) reasons.push('the service is stopping');
  if (paused) reasons.push('the state is above its ceiling, and takes no records');
  for (const [source, { records, seconds }] of worstBySource(lag)) {
    if (seconds <= allowed) continue;
    reasons.push(
      Number.isFinite(seconds)
        ? `${source} lacks ${records} records, up to ${Math.ceil(seconds)} s old`
        : `how far ${source} is behind is not known yet`,
    );
  }
  for (const part of ['kafka', 'files']) {
    const health = board.read(part);
    if (health?.health === 'connecting') reasons.push(`${part} has not answered yet`);
    if (health?.health === 'away' && endsAge > allowed)
      reasons.push(`${part} is away: ${health.detail ?? 'no reason given'}`);
  }
  return { ready: reasons.length === 0, reasons };
}

function worstBySource(lags: readonly PartitionLag[]): Map<string, { records: number; seconds: number }> {
  const worst = new Map<string, { records: number; seconds: number }>();
  for (const { source, records, seconds } of lags) {
    const held = worst.get(source) ?? { records: 0, seconds: 0 };
    worst.set(source, { records: held.records + records, seconds: Math.max(held.seconds, seconds) });
  }
  return worst;
}
