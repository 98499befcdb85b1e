// Control path. Names of the temporary relations that a training set is made through.

/** The spine: `n`, `t`, `known`, `open`, and the request as `q0…`. */
export const spineRelation = '"skewless_spine"';
/**
 * The reads of lookups that are staged together, those of each once: `lookup`, `n`, `t`, `known`, `open`, the group's keys
 * `k0…` and the ends of its windows; in order of their keys `r`.
 */
export const readsRelation = '"skewless_reads"';
/** The given frontier, where there is one. */
export const frontierRelation = '"skewless_frontier"';
/** Step by step, how a chain of frontiers went on. */
export const frontierStepsRelation = '"skewless_frontier_steps"';
/** Where the history stood, where labels look further than the given frontier. */
export const labelFrontierRelation = '"skewless_label_frontier"';
/** What a training set consists of. */
export const resultRelation = '"skewless_result"';
/** Number of a read in a lookup's results, or of a spine's row in a result, where feature names stand beside it. */
export const ordinal = '"#"';

/** `#known` of a record that is known since it arrived. */
export const sinceArrival = 'null::bigint';

/**
 * What feeds take of a record `h`: its columns, `#for`, null where it exists whoever asks, and `#known`, since when it
 * is known, null where that is its arrival.
 */
export const plainRecord = (known = sinceArrival): string =>
  `h.*, null::bigint as "#for", ${known} as "#known"`;

/** The results of a lookup, read by read. */
export function lookupRelation(index: number): string {
  return `"skewless_lookup_${index}"`;
}

/** Which read of a lookup each row of the spine is: `n`, `read`, and what the read consists of. */
export function lookupReadsRelation(index: number): string {
  return `"skewless_lookup_${index}_reads"`;
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export const columnsOf = (row: string, names: readonly string[]): string =>
  names.map(name => `${row}."${name}"`).join(', ');
