import type { Diagnostic } from '../../generator/diagnostics/index.ts';
import { NotGenerated, temporaryProject } from '../support/temporary-project.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { allFeatures, without } from './declarations/keep.ts';
import { printProgram } from './declarations/print.ts';
import type { DrawnProgram } from './declarations/program.ts';
import { withPlainPredicate } from './declarations/sources.ts';

/** A drawn program that stands, with the features that had to go. */
export interface GeneratedProgram {
  readonly drawn: DrawnProgram;
  readonly project: TemporaryProject;
  readonly dropped: readonly string[];
}

/**
 * Whether a drawn feature is refused without the generator being wrong: it is senseless to TypeScript; or, where
 * TypeScript has narrowed a choice of uuid and text to the uuid, its default, drawn for a text, is none. A default
 * refused for any other type is the generator's error.
 */
function isSenseless({ code, message }: Diagnostic): boolean {
  return code === 'SK100' || (code === 'SK415' && message.endsWith('the feature is a uuid'));
}

/**
 * Generates a drawn program. What TypeScript itself finds without sense (`a === 'x' && a === 'y'`) is left out:
 * no author could declare it. Whatever else the generator refuses is an error, for it was drawn to be taken.
 */
export async function generated(drawn: DrawnProgram): Promise<GeneratedProgram> {
  const dropped: string[] = [];
  let current = drawn;
  for (;;) {
    const source = printProgram(current);
    try {
      return { drawn: current, project: await temporaryProject({ 'all.ts': source }), dropped };
    } catch (error) {
      if (!(error instanceof NotGenerated) || !error.diagnostics.some(isSenseless)) throw error;
      const known = allFeatures(current);
      // What else is said of such a program may only follow from it.
      const lines = error.diagnostics.flatMap(diagnostic =>
        diagnostic.span === null || !isSenseless(diagnostic) ? [] : [lineAt(source, diagnostic.span.start)],
      );
      const senseless = lines.flatMap(line => {
        const name = /^ {2}(\w+):/.exec(line)?.[1];
        return name !== undefined && known.has(name) ? [name] : [];
      });
      const inHelper = lines.some(line => line.startsWith('const isHot ='));
      if (senseless.length === 0 && !inHelper) throw error;
      dropped.push(...senseless);
      current = without(current, new Set(senseless));
      if (inHelper) current = { ...current, sources: withPlainPredicate(current.sources) };
    }
  }
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return text.slice(start, end < 0 ? undefined : end);
}
