import type { Code, Diagnostics, ParamsOf, Related, Span } from '../diagnostics/index.ts';
import type { Project } from '../frontend/index.ts';
import type { Origin } from '../ir/index.ts';
import { declarationProblem, nameProblem, suggestName } from './names.ts';

/** What every part of the analysis has at hand: the project to ask, and the place to report to. */
export class Context {
  constructor(
    readonly project: Project,
    readonly report: Diagnostics,
  ) {}

  /** Reports at the place where a declaration was made. */
  problem<C extends Code>(
    code: C,
    at: object | Span | null,
    params: ParamsOf<C>,
    related: readonly Related[] = [],
  ): void {
    this.report.add(code, at === null || isSpan(at) ? at : this.project.spanOf(at), params, related);
  }

  originOf(value: object): Origin {
    return this.project.originOf(value) ?? { file: 'features', line: 1 };
  }

  /** Reports a name that cannot be. */
  checkName(what: string, name: string, at: Span | null): void {
    this.#check(what, name, at, nameProblem);
  }

  /** As `checkName`, of a group, a vector, a stream or a table. */
  checkDeclaration(kind: 'group' | 'vector' | 'stream' | 'table', name: string, at: Span | null): void {
    this.#check(kind, name, at, candidate => declarationProblem(kind, candidate));
  }

  #check(what: string, name: string, at: Span | null, problemOf: (name: string) => string | null): void {
    const reason = problemOf(name);
    if (reason === null) return;
    this.report.add('SK401', at, { what, name, reason, suggestion: suggestName(name, problemOf) });
  }
}

function isSpan(at: object): at is Span {
  return 'start' in at && 'end' in at && 'file' in at;
}
