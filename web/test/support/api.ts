import { createClient } from '../../src/shared/client.ts';

/** What one request said. */
export interface SentRequest {
  operation: string;
  variables: Record<string, unknown>;
  headers: Headers;
  method: string;
}

type Answer = object | ((request: { variables?: unknown }) => Response | Promise<Response>);

/**
 * An API for a test: answers each operation by name with `data`, or with whatever a function returns. An operation
 * without an answer fails the request, as a broken connection does.
 */
export function fakeApi(answers: Record<string, Answer>) {
  const sent: SentRequest[] = [];

  const fetch: typeof globalThis.fetch = async (_url, init) => {
    const { operationName, variables } = JSON.parse(String(init?.body));
    sent.push({
      operation: operationName,
      variables,
      headers: new Headers(init?.headers),
      method: init?.method ?? 'GET',
    });
    const answer = answers[operationName];
    if (!answer) throw new TypeError('Failed to fetch');
    return typeof answer === 'function' ? answer({ variables }) : answerOf({ data: answer });
  };

  const client = createClient({
    url: 'http://api.test/graphql',
    fetch,
    onUnauthenticated: () => {},
    onSecondFactorRequired: () => {},
  });
  return {
    client,
    sent,
    /** Requests of one operation. */
    of: (operation: string) => sent.filter((request) => request.operation === operation),
    /** Changes what an operation gets from now on; undefined breaks the connection. */
    answer: (operation: string, answer: Answer | undefined) => {
      if (answer) answers[operation] = answer;
      else delete answers[operation];
    },
  };
}

/** A GraphQL answer as HTTP. */
export function answerOf(body: object): Response {
  return new Response(JSON.stringify(body), { status: 200, headers: { 'content-type': 'application/json' } });
}
