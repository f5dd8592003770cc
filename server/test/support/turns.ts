import { expect } from 'vitest';
import type { Person } from './given.ts';
import type { Harness } from './harness.ts';

/** Follows a subscription with one field, and reads its turns one by one. */
export async function follow(
  h: Harness,
  who: Person | null,
  query: string,
  variables: Record<string, unknown>,
) {
  const left = new AbortController();
  const response = await h.fetch(who, '/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
    signal: left.signal,
  });
  expect(response.status).toBe(200);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  return {
    /** What the field holds at the next turn, or null where the stream has ended. */
    async next() {
      for (;;) {
        const match = /event: (\w+)\r?\ndata:(.*)\r?\n\r?\n/.exec(text);
        if (match) {
          text = text.slice(match.index + match[0].length);
          if (match[1] === 'complete') return null;
          const [field] = Object.values(JSON.parse(match[2] ?? '').data);
          return field;
        }
        const { done, value } = await reader.read();
        if (done) return null;
        text += decoder.decode(value, { stream: true });
      }
    },
    leave: () => reader.cancel(),
  };
}
