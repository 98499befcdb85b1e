import swagger from '@fastify/swagger';
import type { StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Nothing of the page comes from elsewhere, so it works where there is no way out. */
const POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

/** `/docs`: the OpenAPI document as a page to read and to try. */
export async function docsPage(app: FastifyInstance, openApi: object): Promise<void> {
  // Its types know 3.0 only; it hands the document on as it is.
  const document = openApi as StaticDocumentSpec['document'];
  await app.register(swagger, { mode: 'static', specification: { document } });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: POLICY,
    // The bar at the top is the framework's own, and of no use here.
    theme: { title: 'Features', css: [{ filename: 'page.css', content: '.topbar { display: none; }' }] },
    // No badge of a validator elsewhere.
    uiConfig: { validatorUrl: null, deepLinking: true, docExpansion: 'list', tryItOutEnabled: true },
  });
}
