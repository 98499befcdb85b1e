export { loadProject } from './load-project.ts';
export { DeclarationCache } from './program.ts';
export type {
  Duplicate,
  ExportedDeclaration,
  ExportPath,
  Project,
  ProjectOptions,
  ReturnTyping,
} from './project.ts';
export type { Scope, ScopeFeature } from './scope.ts';
