import {
  Client,
  type CombinedError,
  cacheExchange,
  fetchExchange,
  makeOperation,
  mapExchange,
  type Operation,
} from '@urql/core';
import { retryExchange } from '@urql/exchange-retry';
import { settingTheClock } from './server-clock.ts';

/**
 * Types that say who the caller is and what it may do. A mutation that answers one of them (sign-in, a certification,
 * a profile) makes every cached answer doubtful, so each query depends on them.
 */
const callerTypenames = ['Session', 'Viewer', 'Certification', 'Enterprise'];

export interface ClientOptions {
  /** Address of the API. @default '/graphql' */
  url?: string;
  /** Called when the server no longer knows the caller. */
  onUnauthenticated: () => void;
  /** Called when the caller has to set up a second factor before anything else. */
  onSecondFactorRequired: () => void;
  fetch?: typeof fetch;
}

/** The urql client: POST only, subscriptions over SSE, an idempotency key on every mutation, queries retried. */
export function createClient({
  url = '/graphql',
  onUnauthenticated,
  onSecondFactorRequired,
  fetch = (...request) => window.fetch(...request),
}: ClientOptions): Client {
  /** Queries on their way, by key, and whether something changed since they left. */
  const asked = new Map<number, boolean>();
  const client = new Client({
    url,
    fetch: settingTheClock(fetch),
    preferGetMethod: false,
    fetchSubscriptions: true,
    fetchOptions: { credentials: 'same-origin' },
    exchanges: [
      mapExchange({
        onOperation: (operation) => {
          if (operation.kind === 'query') {
            const additionalTypenames = [
              ...(operation.context.additionalTypenames ?? []),
              ...callerTypenames,
            ];
            return makeOperation(operation.kind, operation, { ...operation.context, additionalTypenames });
          }
          if (operation.kind === 'mutation') {
            const key: string = operation.context.idempotencyKey ?? crypto.randomUUID();
            return makeOperation(operation.kind, operation, {
              ...operation.context,
              fetchOptions: { credentials: 'same-origin', headers: { 'Idempotency-Key': key } },
            });
          }
          return operation;
        },
      }),
      cacheExchange,
      // The cache asks again for answers it holds. One that is on its way when something changes may be from before.
      mapExchange({
        onOperation: ({ kind, key }) => {
          if (kind === 'query') asked.set(key, asked.get(key) ?? false);
          if (kind === 'teardown') asked.delete(key);
        },
        onResult: ({ operation }) => {
          if (operation.kind === 'query') {
            const isDoubtful = asked.get(operation.key);
            asked.delete(operation.key);
            if (isDoubtful) queueMicrotask(() => client.reexecuteOperation(askedAnew(operation)));
          } else for (const key of asked.keys()) asked.set(key, true);
        },
      }),
      mapExchange({
        onError: (error) => {
          if (hasCode(error, 'UNAUTHENTICATED')) onUnauthenticated();
          if (hasCode(error, 'SECOND_FACTOR_REQUIRED')) onSecondFactorRequired();
        },
      }),
      // A mutation is repeated by the person only, under the key it had.
      retryExchange({
        initialDelayMs: 500,
        maxNumberAttempts: 3,
        retryIf: (error, operation) => operation.kind === 'query' && Boolean(error.networkError),
      }),
      fetchExchange,
    ],
  });
  return client;
}

const askedAnew = (operation: Operation) =>
  makeOperation('query', operation, { ...operation.context, requestPolicy: 'network-only' });

/** Whether one of the errors of an answer carries this `extensions.code`. */
export function hasCode(error: CombinedError, code: string): boolean {
  return error.graphQLErrors.some(({ extensions }) => extensions.code === code);
}

const contexts = new Map<string, { additionalTypenames: string[] }>();

/**
 * The `context` of a query whose answer may be an empty list: the cache reads the types a query depends on from its
 * answer, and an empty answer names none. `useQuery({ query, context: dependsOn('Order') })`.
 */
export function dependsOn(...typenames: string[]): { additionalTypenames: string[] } {
  const key = typenames.join();
  // One object per list: a context that changes identity would run the query again.
  const context = contexts.get(key) ?? { additionalTypenames: typenames };
  contexts.set(key, context);
  return context;
}
