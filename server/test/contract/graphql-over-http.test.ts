import { serverAudits } from 'graphql-http';
import { describe, expect, test } from 'vitest';
import { createHarness } from '../support/harness.ts';

describe('GraphQL over HTTP', () => {
  test('all 61 audits of graphql-http pass with a key: no error, no warning', async () => {
    const h = await createHarness();
    const client = await h.given.apiClient(['policies:read']);
    const audits = serverAudits({
      url: 'http://localhost:4000/graphql',
      fetchFn: (url: string, init: RequestInit) => h.fetch(client, url, init),
    });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    expect(results).toHaveLength(61);
    expect(
      results
        .filter((result) => result.status === 'error' || result.status === 'warn')
        .map((result) => `${result.status}: ${result.name}`),
    ).toEqual([]);
  });
});
