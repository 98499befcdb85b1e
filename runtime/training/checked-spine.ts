// Control path. What every training set begins with: a target, a spine that was read through, and where the history stands.
import { checkSpine } from './check-spine.ts';
import { historyState } from './history-state.ts';
import { openSpine } from './io/open-spine.ts';
import type { CheckedBackfill } from './make-training-set.ts';
import type { BackfillOptions } from './options.ts';
import { expectedColumns, placeColumns } from './spine-columns.ts';
import { findTarget } from './target.ts';

/**
 * Runs over a spine that is sound; it is closed afterwards, or before that by whoever has no more need of it.
 * @throws BadRequest, SpineError, BadSpine, HistoryBehind
 */
export async function withCheckedSpine<T>(
  options: BackfillOptions,
  run: (work: CheckedBackfill) => Promise<T>,
): Promise<T> {
  const { pool, programs, known = { kind: 'arrival' }, timeColumn = 't', signal, onFault } = options;
  const target = findTarget(programs, options.read);
  const expected = expectedColumns(target, timeColumn, known);
  const state = await historyState(pool, programs.sql, target, known);
  const spine = await openSpine(options.spine, { expected, pool });
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await spine.close();
    isOpen = false;
  };
  try {
    const columns = placeColumns(target, timeColumn, known, spine.columns, spine.name);
    const { reach, begins } = state;
    const checked = await checkSpine({
      ...{ spine, columns, known, reach, begins, onFault, signal },
    });
    const request = {
      read: target.read,
      known,
      before: options.before ?? false,
      carried: columns.carried.map(({ column }) => column),
      hasKnownAt: columns.known !== null,
    };
    return await run({
      ...{ options, target, state, columns, checked, request, timeColumn },
      spine: { ...spine, close },
    });
  } finally {
    await close();
  }
}
