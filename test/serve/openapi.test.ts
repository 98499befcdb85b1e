import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { STATUS } from '../../runtime/serve/errors.ts';
import type { ServeCode } from '../../runtime/serve/errors.ts';
import { openApiDocument } from '../../runtime/serve/http/openapi/document.ts';
import { plan, send, serve } from './support.ts';

type Json = Record<string, unknown>;

describe('the OpenAPI document', () => {
  const document = openApiDocument(plan, { secured: true, maxKeys: 1000 }) as unknown as {
    readonly paths: Record<string, Record<string, Json>>;
    readonly components: { readonly schemas: Record<string, Json> };
  };

  /** A schema of the document with what it refers to in it, as zod reads it. */
  const schemaOf = (schema: Json): z.ZodType => {
    const inlined: unknown = JSON.parse(JSON.stringify(schema), (_key, value: Json) =>
      typeof value === 'object' && value !== null && typeof value['$ref'] === 'string'
        ? document.components.schemas[value['$ref'].replace('#/components/schemas/', '')]
        : value,
    );
    return z.fromJSONSchema(inlined as Parameters<typeof z.fromJSONSchema>[0]);
  };
  const answerSchema = (path: string, method: string): z.ZodType => {
    const { responses } = document.paths[path]![method] as unknown as { responses: Record<string, Json> };
    const content = responses['200']!['content'] as Record<string, { readonly schema: Json }>;
    return schemaOf(content['application/json']!.schema);
  };

  it('refers to nothing that it does not hold', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(10);
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty([name!]);
  });

  it('has a path for each group and vector, in both methods, with every refusal', () => {
    for (const path of ['/v1/groups/user', '/v1/vectors/echo']) {
      const post = document.paths[path]!['post'] as { readonly responses: object };
      expect(Object.keys(post.responses)).toEqual(['200', '400', '401', '413', '415', '500', '503']);
      expect(document.paths[path]).toHaveProperty('get');
    }
  });

  it('shows each refusal with a code of its status', () => {
    const { parameters, responses } = document.paths['/v1/groups/user']!['get'] as unknown as {
      parameters: readonly Json[];
      responses: Record<string, { content: Record<string, { example: { error: { code: ServeCode } } }> }>;
    };
    for (const [status, { content }] of Object.entries(responses)) {
      if (status === '200') continue;
      const { example } = content['application/json']!;
      expect(String(STATUS[example.error.code])).toBe(status);
      expect(schemaOf(document.components.schemas['error']!).safeParse(example)).toMatchObject({
        success: true,
      });
    }
    expect(parameters.at(-1)).toMatchObject({
      name: 'as_of',
      description: expect.stringMatching(
        /^Read as of this instant, .* It is an instant from 1700 to 2249: /,
      ) as string,
    });
  });

  it('describes what is answered', async () => {
    await using running = await serve();
    const one = await send(`${running.url}/v1/vectors/echo`, {
      request: {
        int: 1,
        bigint: 5,
        decimal: 1.5,
        uuid: '0e2fbd6c-1c5a-4c8e-9f3a-5a8b9d1f7e21',
        timestamp: 0,
        enum: 'paid',
      },
    });
    expect(answerSchema('/v1/vectors/echo', 'post').safeParse(one.body)).toMatchObject({ success: true });
    const many = await send(`${running.url}/v1/groups/user`, { keys: [{ user_id: 1 }] });
    expect(answerSchema('/v1/groups/user', 'post').safeParse(many.body)).toMatchObject({ success: true });
    const wrong = { ...(many.body as object), values: [{ user_id: 'x', spend: 1 }] };
    expect(answerSchema('/v1/groups/user', 'post').safeParse(wrong).success).toBe(false);
    const refused = await send(`${running.url}/v1/groups/user`, {});
    expect(schemaOf(document.components.schemas['error']!).safeParse(refused.body)).toMatchObject({
      success: true,
    });
  });

  it('gives examples that the service takes', async () => {
    await using running = await serve();
    for (const path of ['/v1/groups/user', '/v1/vectors/echo']) {
      const { requestBody } = document.paths[path]!['post'] as unknown as {
        requestBody: {
          content: Record<string, { schema: Json; examples: Record<string, { value: unknown }> }>;
        };
      };
      const { examples, schema } = requestBody.content['application/json']!;
      for (const { value } of Object.values(examples)) {
        expect(schemaOf(schema).safeParse(value)).toMatchObject({ success: true });
        expect((await send(running.url + path, value)).status).toBe(200);
      }
    }
  });

  it('allows in a query what the service takes there: no null', async () => {
    await using running = await serve();
    const { parameters } = document.paths['/v1/groups/user']!['get'] as unknown as {
      parameters: { readonly name: string; readonly schema: Json }[];
    };
    const schema = schemaOf(parameters.find(({ name }) => name === 'as_of')!.schema);
    expect(schema.safeParse('2024-05-01T12:00:00Z').success).toBe(true);
    expect(schema.safeParse(null).success).toBe(false);
    expect((await send(`${running.url}/v1/groups/user?user_id=1&as_of=null`)).status).toBe(400);
  });

  it('is served, with a page that needs nothing from elsewhere', async () => {
    await using running = await serve({ token: 'secret', open: ['docs'] });
    const served = (await send(`${running.url}/openapi.json`)).body;
    expect(served).toEqual(JSON.parse(JSON.stringify(document)));
    expect((await send(`${running.url}/docs/json`)).body).toEqual(served);
    const page = (await send(`${running.url}/docs`)).body as string;
    const parts = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part]) => part!);
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      expect(part).not.toMatch(/^(?:https?:)?\/\//);
      expect((await send(new URL(part, `${running.url}/docs/`).href)).status).toBe(200);
    }
  });
});
