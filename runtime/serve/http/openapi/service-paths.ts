/** What is there beside the reads. */
export function servicePaths(): object {
  return {
    '/healthz': {
      get: {
        tags: ['service'],
        operationId: 'health',
        summary: 'Whether the process lives',
        security: [],
        responses: { 200: { description: 'It does.' } },
      },
    },
    '/readyz': {
      get: {
        tags: ['service'],
        operationId: 'readiness',
        summary: 'Whether it should be sent requests',
        security: [],
        responses: {
          200: { description: 'It is ready.' },
          503: {
            description: 'It is not: it starts, stops, or lags behind.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: {
                    ready: { type: 'boolean', const: false },
                    reasons: { type: 'array', items: { type: 'string' } },
                  },
                  required: ['ready', 'reasons'],
                },
              },
            },
          },
        },
      },
    },
  };
}
