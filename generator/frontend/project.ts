import type { AnyLambda } from '../../dsl/index.ts';
import type { Diagnostics, Related, Span } from '../diagnostics/index.ts';
import type { Expr } from '../ir/expr.ts';
import type { Origin } from '../ir/plan.ts';
import type { ValueType } from '../ir/types.ts';
import type { DeclarationCache } from './program.ts';
import type { Scope } from './scope.ts';

export interface ProjectOptions {
  /** Absolute path of the folder that the paths in spans and origins start from. */
  readonly root: string;
  /** The feature modules, relative to `root` or absolute. */
  readonly entries: readonly string[];
  /** Path of the tsconfig; default `<root>/tsconfig.json`. */
  readonly tsconfig?: string;
  /** Where the instrumented modules are written while they run; default `<root>/.skewless/build`. */
  readonly buildFolder?: string;
  /** To be kept for the next load of the same process: a reload then takes half the time. */
  readonly cache?: DeclarationCache;
}

/** What a feature module exports. */
export interface ExportedDeclaration {
  /** Path from the root. */
  readonly file: string;
  readonly exportName: string;
  readonly value: unknown;
}

/** A name that a record of declarations gives twice: the later silently takes the place of the earlier. */
export interface Duplicate {
  readonly name: string;
  /** Where it is given last. */
  readonly span: Span;
  /** Where it was given before. */
  readonly related: readonly Related[];
}

/** Feature modules, executed, with the syntax of everything they declared. */
export interface Project {
  /** Exports of the entries, in order of entries, then as written. */
  readonly declarations: readonly ExportedDeclaration[];
  /** Every object that the user's modules made while they ran, exported or not. */
  readonly made: readonly object[];
  /** The text of every module of the user's, by path from the root: for `render`. */
  readonly sources: ReadonlyMap<string, string>;

  /**
   * A lambda as a tree; null where it was refused, which `report` says, or TypeScript has found an error in it.
   * @param at what to point at where the lambda has no syntax of its own: the declaration that was given it
   */
  lowerLambda(lambda: AnyLambda, scope: Scope, report: Diagnostics, at?: Span | null): Expr | null;

  /**
   * The input lambda of an aggregate: as `lowerLambda`, and a number is of its exact type (semantics §10.2):
   * int or decimal where the lambda itself is made of columns and literals, else double.
   */
  lowerInput(lambda: AnyLambda, scope: Scope, report: Diagnostics, at?: Span | null): Expr | null;

  /** What TypeScript says a function returns, where it is not lowered. */
  returnTypeOf(lambda: AnyLambda): ReturnTyping;

  /** A function's own text, where it is not lowered: what it calls is not in it. */
  codeOf(lambda: AnyLambda): FunctionCode;

  /** How a function is reached from an export of a module; null where it cannot be. */
  exportPathOf(lambda: AnyLambda): ExportPath | null;

  /** The call, `new`, literal or lambda that made a value; null where no module of the user's made it. */
  spanOf(value: object): Span | null;

  /** The file and line of that. */
  originOf(value: object): Origin | null;

  /** An argument of the call that made a value; where it has none such, as `spanOf`. */
  spanOfArgument(value: object, index: number): Span | null;

  /**
   * Where a member is written: a property of the object literal that `value` is, or of one among the arguments
   * of the call that made it; of a group or vector a feature, too. The name where it is written out, the spread
   * where it came with one; where it is nowhere, as `spanOf`.
   */
  spanOfProperty(value: object, property: string): Span | null;

  /** The doc comment above the const or property that a value was declared in. */
  docOf(value: object): string | null;

  /**
   * The doc comment of a member, found as by `spanOfProperty`: above the property, else of the value's own
   * declaration, else above the spread that brought it.
   */
  docOfProperty(value: object, property: string): string | null;

  /** The doc comment of a column in the schema of a declared stream, table or source made of them. */
  docOfColumn(source: object, column: string): string | null;

  /** Names given twice in one record (of a group or vector: in any of its records), spreads included. */
  duplicatesIn(value: object): readonly Duplicate[];
}

export interface ReturnTyping {
  /** null: nothing a feature can be. */
  readonly type: ValueType | null;
  readonly nullable: boolean;
  /** As TypeScript would write it. */
  readonly text: string;
}

export interface FunctionCode {
  /** Without comments, and in one way of writing. */
  readonly text: string;
  /** The properties of its first parameter that it reads; null: any of them, for all it tells. */
  readonly reads: readonly string[] | null;
}

/** `module` is a path from the root, `export` the export's name and the property names after it. */
export interface ExportPath {
  readonly module: string;
  readonly export: readonly string[];
}
