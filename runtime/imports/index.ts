export { importHistory } from './import-history.ts';
export type { ImportPrograms } from './import-history.ts';
export { ImportError } from './options.ts';
export type { ImportFrom, ImportOptions, ImportReport, RefusedReason } from './options.ts';
