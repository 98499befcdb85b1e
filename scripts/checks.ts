// What `npm test` and `npm run test:live` are made of: steps, vitest runs, and the line that counts them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import color from 'picocolors';

export interface Outcome {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly notRun: readonly string[];
}

/** The part of vitest's JSON report that is read here. */
interface VitestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

function run(title: string, command: string, args: readonly string[]): boolean {
  console.log(color.bold(`\n▸ ${title}`) + color.dim(`  ${[command, ...args].join(' ')}`));
  const started = performance.now();
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) console.error(error.message);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(status === 0 ? color.green(`✓ ${title}`) : color.red(`✗ ${title}`), color.dim(`${seconds} s`));
  return status === 0;
}

/** A script of package.json, as one test. */
export function step(title: string, script: string, ...args: readonly string[]): Outcome {
  const extra = args.length > 0 ? ['--', ...args] : [];
  const sound = run(title, 'npm', ['run', '--silent', script, ...extra]);
  return { passed: sound ? 1 : 0, failed: sound ? [] : [title], notRun: [] };
}

/** Each test of vitest as itself. @param args of `vitest run` */
export function vitest(title: string, ...args: readonly string[]): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'skewless-test-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const sound = run(title, 'npx', ['--no-install', 'vitest', 'run', ...reporters, ...args]);
    if (!existsSync(report)) return { passed: 0, failed: [`${title}: vitest left no report`], notRun: [] };
    return outcomeOf(JSON.parse(readFileSync(report, 'utf8')) as VitestReport, sound);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that breaks before its first test is one failure, and so is an error outside every test. */
function outcomeOf({ testResults }: VitestReport, sound: boolean): Outcome {
  const tests = testResults.flatMap(file =>
    file.assertionResults.map(test => ({ ...test, title: `${relative('.', file.name)}: ${test.fullName}` })),
  );
  const titles = (wanted: (status: string) => boolean): string[] =>
    tests.filter(({ status }) => wanted(status)).map(({ title }) => title);
  const broken = testResults
    .filter(
      file => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
    )
    .map(file => relative('.', file.name));
  const failed = [...titles(status => status === 'failed'), ...broken];
  return {
    passed: titles(status => status === 'passed').length,
    failed: sound || failed.length > 0 ? failed : ['an error outside the tests (see above)'],
    notRun: titles(status => status !== 'passed' && status !== 'failed'),
  };
}

export interface Ending {
  /** What was left to another command; printed before the count. */
  readonly remarks?: readonly string[];
  /** A test that was not run counts as failed. */
  readonly strict?: boolean;
  /** Files whose tests do not count so. */
  readonly excused?: readonly string[];
}

/** Prints what failed and what was not run; last, on a line of its own, `N passed, N failed`. Sets the exit code. */
export function conclude(
  outcomes: readonly Outcome[],
  { remarks = [], strict = false, excused = [] }: Ending = {},
): void {
  const failed = outcomes.flatMap(outcome => outcome.failed);
  const notRun = outcomes.flatMap(outcome => outcome.notRun);
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const missed = notRun.filter(title => !excused.some(file => title.startsWith(`${file}: `)));
  const failures = failed.length + (strict ? missed.length : 0);

  console.log();
  for (const title of failed) console.log(color.red(`failed: ${title}`));
  for (const title of notRun) console.log(color.yellow(`not run: ${title}`));
  for (const remark of remarks) console.log(color.dim(remark));
  console.log(`${passed} passed, ${failures} failed`);
  process.exitCode = failures > 0 ? 1 : 0;
}
