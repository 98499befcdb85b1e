import { join, resolve } from 'node:path';
import { ts } from 'ts-morph';
import type { Diagnostics, Span } from '../diagnostics/index.ts';
import { compile } from './compiler.ts';
import type { Compiled } from './compiler.ts';
import { execute } from './loader/execute.ts';
import type { Executed } from './loader/execute.ts';
import { lowerInput } from './lower/input.ts';
import { lowerLambda } from './lower/lambda.ts';
import type { Lowering } from './lower/lowering.ts';
import { nodeSpan } from './node-span.ts';
import { docOfColumn } from './places/column-doc.ts';
import { docCommentOfValue } from './places/doc-comment.ts';
import { duplicatesIn } from './places/duplicates.ts';
import { findExportPath } from './places/export-path.ts';
import { functionCodeOf } from './places/function-code.ts';
import { returnTypingOf } from './places/return-typing.ts';
import { docOfMember, giverOf } from './places/records.ts';
import type { Project, ProjectOptions } from './project.ts';

/**
 * Reads, checks and runs the feature modules.
 * @param report gets TypeScript's errors and what the modules throw
 * @returns what the sound modules declared: nothing, where the project cannot be read at all
 */
export async function loadProject(options: ProjectOptions, report: Diagnostics): Promise<Project> {
  const compiled = compile(options, report);
  const buildFolder = options.buildFolder ?? join(compiled.root, '.skewless', 'build');
  return projectOf(compiled, await execute(compiled, buildFolder, report), report);
}

function projectOf(compiled: Compiled, executed: Executed, loading: Diagnostics): Project {
  const { checker, modules } = compiled;
  const { registry, namespaces } = executed;
  const spanOfNode = (node: ts.Node): Span => {
    const file = node.getSourceFile().fileName;
    return nodeSpan(node, modules.get(resolve(file))?.path ?? file);
  };
  const nodeOf = (value: object): ts.Node | null => registry.siteOf(value)?.node ?? null;
  const spanOf = (value: object): Span | null => {
    const node = nodeOf(value);
    return node && spanOfNode(node);
  };
  const broken = loading
    .list()
    .flatMap(({ code, span }) => (code === 'SK100' && span !== null ? [span] : []));
  const lowering = (report: Diagnostics): Lowering => ({
    checker,
    registry,
    spanOf: spanOfNode,
    broken,
    report,
  });

  return {
    declarations: executed.declarations,
    made: registry.made,
    sources: new Map([...modules.values()].map(({ path, sourceFile }) => [path, sourceFile.text])),
    lowerLambda: (lambda, scope, report, at = null) => lowerLambda(lambda, scope, lowering(report), at),
    lowerInput: (lambda, scope, report, at = null) => lowerInput(lambda, scope, lowering(report), at),
    returnTypeOf: lambda => returnTypingOf(nodeOf(lambda), checker),
    codeOf: lambda => functionCodeOf(nodeOf(lambda), checker),
    exportPathOf: lambda => {
      const node = nodeOf(lambda);
      return node && findExportPath(lambda, namespaces, spanOfNode(node).file);
    },
    spanOf,
    originOf: value => {
      const node = nodeOf(value);
      if (node === null) return null;
      const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
      return { file: spanOfNode(node).file, line: line + 1 };
    },
    spanOfArgument: (value, index) => {
      const node = nodeOf(value);
      const argument = node && ts.isCallOrNewExpression(node) ? node.arguments?.[index] : undefined;
      return argument === undefined ? spanOf(value) : spanOfNode(argument);
    },
    spanOfProperty: (value, property) => {
      const giver = giverOf(value, property, registry);
      if (giver === null) return spanOf(value);
      return spanOfNode(giver.spread === null ? (giver.node.name ?? giver.node) : giver.node);
    },
    docOf: value => {
      const node = nodeOf(value);
      return node && docCommentOfValue(node);
    },
    docOfProperty: (value, property) => docOfMember(value, property, registry),
    docOfColumn: (source, column) => {
      const node = nodeOf(source);
      return node && docOfColumn(node, column, checker);
    },
    duplicatesIn: value => duplicatesIn(value, registry, spanOfNode),
  };
}
