import { GraphQLError } from 'graphql';
import type { Core } from '../command/core.ts';
import { InvalidInput } from '../command/refusals.ts';
import { Refusal } from '../kernel/refusal.ts';

/** Names of faults by which SQLite and the file system say that nothing more can be kept. */
const full = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT']);

export function isStorageFull(reason: unknown): boolean {
  return reason instanceof Error && full.has((reason as { code?: string }).code ?? '');
}

/**
 * What a client learns of an error: an access error or a refusal keeps its code and its sentence; a fault of ours becomes one
 * sentence and the request id under which the log tells the rest.
 */
export function presentError(core: Core, requestId: string, error: unknown): GraphQLError {
  const original = error instanceof GraphQLError && error.originalError ? rootOf(error) : error;
  const place = error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : {};
  if (original instanceof Refusal) {
    const issues = original instanceof InvalidInput ? { issues: original.issues } : {};
    return new GraphQLError(original.message, {
      ...place,
      extensions: { code: original.code, requestId, ...issues },
    });
  }
  if (original instanceof GraphQLError) {
    const code = original.extensions.code ?? codeOf(error as GraphQLError);
    // What yoga says of the status gives way where the request was refused for what it would cost: that is never a 200.
    const http = code === 'QUERY_TOO_COMPLEX' ? { http: { status: 400 } } : {};
    return new GraphQLError(withoutHints(original.message), {
      ...place,
      extensions: { ...original.extensions, ...(error as GraphQLError).extensions, code, requestId, ...http },
    });
  }
  if (isStorageFull(original)) {
    core.log.error({ requestId, fault: String(original) }, 'storage is full');
    return new GraphQLError('系统存储空间不足，暂时不能保存，请稍后再试。', {
      ...place,
      extensions: {
        code: 'STORAGE_FULL',
        requestId,
        http: { status: 503, headers: { 'retry-after': '10' } },
      },
    });
  }
  const stack = original instanceof Error ? original.stack : String(original);
  core.log.error({ requestId, fault: stack }, 'a request met a fault of ours');
  return new GraphQLError(`系统出现异常，请稍后再试。如需帮助请提供请求编号 ${requestId}。`, {
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
  });
}

function rootOf(error: GraphQLError): unknown {
  let current: unknown = error;
  while (current instanceof GraphQLError && current.originalError) current = current.originalError;
  return current;
}

/** Errors of the request itself, told by what graphql-js says of them. */
function codeOf(error: GraphQLError): string {
  if (/^Syntax Error/.test(error.message)) return 'GRAPHQL_PARSE_FAILED';
  if (/^Variable "\$/.test(error.message)) return 'BAD_USER_INPUT';
  return 'GRAPHQL_VALIDATION_FAILED';
}

/** Suggestions would tell strangers the names of types and fields. */
const withoutHints = (message: string) => message.replace(/ Did you mean .*\?$/s, '');
