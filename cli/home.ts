import { fileURLToPath } from 'node:url';

/** Our own root: two folders up from `dist/cli`, one from the source. */
export const home = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '..' : '../..', import.meta.url));
