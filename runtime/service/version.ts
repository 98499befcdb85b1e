import { createRequire } from 'node:module';

const home = import.meta.url.endsWith('.ts') ? '../../package.json' : '../../../package.json';

/** Of skewless, from its own package.json. */
export const { version } = createRequire(import.meta.url)(home) as { readonly version: string };
