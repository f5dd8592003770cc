import { type ParseOptions, parse, Source } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Core } from '../command/core.ts';
import type { Context } from './context.ts';
import { presentError } from './faults.ts';
import { requireShallow } from './inspect.ts';
import { useEnrolment } from './plugins/use-enrolment.ts';
import { useIdempotency } from './plugins/use-idempotency.ts';
import { useJit } from './plugins/use-jit.ts';
import { useLimits } from './plugins/use-limits.ts';
import { useSubscriptionLimit } from './plugins/use-subscription-limit.ts';
import { schema } from './schema.ts';

/**
 * The classes of Node itself. With yoga's own the body of an answer is no stream that Node knows, and a subscriber who goes away
 * ends the process.
 */
const platformFetch = {
  fetch,
  Request,
  Response,
  Headers,
  FormData,
  File,
  Blob,
  ReadableStream,
  WritableStream,
  TransformStream,
  CompressionStream,
  DecompressionStream,
  TextEncoder,
  TextDecoder,
  TextDecoderStream,
  TextEncoderStream,
  URL,
  URLSearchParams,
  crypto,
};

/** The GraphQL server. What reaches it has passed the router: JSON, of bounded size, from a caller who is known. */
export function createGraphServer(core: Core): (request: Request, context: Context) => Promise<Response> {
  const yoga = createYoga<Context>({
    schema,
    graphiql: false,
    landingPage: false,
    // The default reflects any origin, with credentials.
    cors: false,
    multipart: false,
    batching: false,
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/livez/graphql',
    fetchAPI: platformFetch,
    logging: {
      debug: () => {},
      info: () => {},
      warn: (...facts) => core.log.warn({ facts: facts.map(String) }, 'graphql server'),
      error: (...facts) => core.log.error({ facts: facts.map(String) }, 'graphql server'),
    },
    maskedErrors: {
      // Errors are presented where the context with its request id is at hand.
      maskError: (error) => error as Error,
    },
    plugins: [
      useBoundedParser(),
      useLimits(),
      useEnrolment(),
      useSubscriptionLimit(),
      useJit(),
      useIdempotency(),
      {
        onResultProcess({ result, setResult, serverContext }) {
          const { facts } = serverContext as unknown as Context;
          const present = <T extends { errors?: readonly unknown[] }>(answer: T): T =>
            answer.errors
              ? {
                  ...answer,
                  errors: answer.errors.map((error) => presentError(core, facts.requestId, error)),
                }
              : answer;
          if (Array.isArray(result)) return setResult(result.map(present));
          if (Symbol.asyncIterator in result) {
            const stream = result as AsyncIterable<{ errors?: readonly unknown[] }>;
            return setResult(mapStream(stream, present) as never);
          }
          setResult(present(result as { errors?: readonly unknown[] }) as never);
        },
      },
    ],
  });
  return async (request, context) => yoga.fetch(request, context);
}

/** Measures the text before it is parsed: the parser calls itself for each level, and a deep text would end the stack. */
function useBoundedParser(): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Source, options?: ParseOptions) => {
        requireShallow(source instanceof Source ? source : new Source(source));
        return parse(source, options);
      });
    },
  };
}

function mapStream<T>(stream: AsyncIterable<T>, map: (value: T) => T): AsyncIterableIterator<T> {
  const source = stream[Symbol.asyncIterator]();
  const step = async (turn: IteratorResult<T>): Promise<IteratorResult<T>> =>
    turn.done ? turn : { done: false, value: map(turn.value) };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => step(await source.next()),
    // The reader went away: the source has to know, or it would listen for ever.
    return: async () => (source.return ? step(await source.return()) : { done: true, value: undefined }),
  };
}
