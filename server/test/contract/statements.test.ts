import { describe, expect, test } from 'vitest';
import { createHarness } from '../support/harness.ts';

const LIST = `{ bidSections(first: 20) { totalCount pageInfo { hasNextPage endCursor }
  nodes { id code name projectTypeLabel stateLabel regionName openAt deadlineAt deposits { kind kindLabel amount deadline } } } }`;

describe('what the busiest operations cost', () => {
  test('a list of 20 sections with deposits takes three statements, as many as a list of one', async () => {
    const h = await createHarness();
    const cost = async () => {
      const before = h.app.core.database.statementCount();
      const answer = await h.as(null)(LIST);
      return [answer.data.bidSections.nodes.length, h.app.core.database.statementCount() - before];
    };
    await h.given.section();
    expect(await cost()).toEqual([1, 3]);
    for (let i = 0; i < 19; i += 1) await h.given.section();
    expect(await cost()).toEqual([20, 3]);
  });
});
