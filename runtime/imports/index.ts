export { importHistory } from './import-history.ts';
export type { ImportPrograms } from './import-history.ts';
export { ImportError } from './options.ts';
export type { ImportFrom, ImportOptions, ImportReport, Overlap, RefusedReason } from './options.ts';
export { dropImport, listImports } from './drop-import.ts';
export type { DropOptions } from './drop-import.ts';
export { overlapText } from './overlap.ts';
export type { Import } from '../history/import-registry.ts';
