import color from 'picocolors';
import { formatInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import { rowText, valueText } from '../../runtime/audit/row-text.ts';
import type { GroupDigest, StateReport } from '../../runtime/audit/verify-state.ts';
import { table } from '../table.ts';
import { amount, counted } from '../units.ts';

/** @param strict what could not be verified counts as wrong */
export function isStateVerified({ groups }: StateReport, strict: boolean): boolean {
  return groups.every(group => group.differing === 0 && (!strict || group.missing === null));
}

export function stateLines({ t, groups }: StateReport, file: string): string[] {
  const rows = groups.map(group => [
    group.group,
    amount(group.keys),
    amount(group.values),
    group.differing === 0 ? '0' : color.red(amount(group.differing)),
    group.missing === null ? group.live.slice(0, 16) : '–',
    group.missing === null ? group.recomputed.slice(0, 16) : '–',
  ]);
  const columns = [
    { heading: 'group' },
    ...['keys', 'values', 'differ'].map(heading => ({ heading, align: 'right' as const })),
    { heading: 'live' },
    { heading: 'recomputed' },
  ];
  return [
    `the state at ${formatInstant(t as Instant)}${color.dim(`  ${file}`)}`,
    ...table(columns, rows),
    ...groups.flatMap(differenceLines),
    ...groups.flatMap(missingLines),
    '',
    verdict(groups),
  ];
}

function differenceLines({ group, differences }: GroupDigest): string[] {
  return differences.flatMap(({ key, features }) => [
    '',
    color.red(group) + ` of ${rowText(key)}`,
    ...features.map(
      each => `  ${each.feature}: live ${valueText(each.live)}, recomputed ${valueText(each.recomputed)}`,
    ),
  ]);
}

function missingLines({ group, missing }: GroupDigest): string[] {
  if (missing === null) return [];
  return ['', color.yellow(`${group} ${reasons[missing]}`)];
}

const reasons: Readonly<Record<NonNullable<GroupDigest['missing']>, string>> = {
  pending: 'cannot be verified yet: the history has not got as far as the state',
  gone: 'cannot be verified: retention has dropped what it is made of',
  dropped:
    'cannot be verified: an import was dropped that the state was built with; end the service, remove the folder of its state, and start it again',
};

function verdict(groups: readonly GroupDigest[]): string {
  const sum = (of: (group: GroupDigest) => number): number =>
    groups.reduce((all, group) => all + of(group), 0);
  const compared = `${amount(sum(({ values }) => values))} values of ${amount(sum(({ keys }) => keys))} keys compared`;
  const differing = sum(group => group.differing);
  if (differing > 0)
    return color.red(`${compared}: ${counted(differing, 'key')} ${differing === 1 ? 'differs' : 'differ'}`);
  return color.green(`${compared}: none differs`);
}
