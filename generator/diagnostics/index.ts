export { catalog } from './catalog/index.ts';
export type { Code, ParamsOf } from './catalog/index.ts';
export type { Diagnostic, Related, Span } from './diagnostic.ts';
export { Diagnostics } from './diagnostics.ts';
export { entry } from './entry.ts';
export type { Entry } from './entry.ts';
export { listed, nearest, suggestion } from '../../kernels/nearest.ts';
export { placeOf, render } from './render.ts';
export type { RenderOptions, Sources } from './render.ts';
