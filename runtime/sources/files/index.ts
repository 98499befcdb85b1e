export { fileSource } from './file-source.ts';
export type { FileFormat, FileOptions } from './options.ts';
