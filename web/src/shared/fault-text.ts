import type { CombinedError } from '@urql/core';
import { hasCode } from './client.ts';
import { refusalText } from './refusal-text.ts';

/** The id under which the server logged the fault, if it answered at all. */
export function requestIdOf(fault: CombinedError): string | null {
  for (const { extensions } of fault.graphQLErrors) {
    if (typeof extensions.requestId === 'string') return extensions.requestId;
  }
  return null;
}

/** The sentence a person reads for a fault: whose turn it is, never what broke inside. */
export function textOfFault(fault: CombinedError): string {
  if (hasCode(fault, 'UNAUTHENTICATED')) return refusalText.UNAUTHENTICATED;
  if (hasCode(fault, 'SECOND_FACTOR_REQUIRED')) return refusalText.SECOND_FACTOR_REQUIRED;
  if (hasCode(fault, 'FORBIDDEN')) return refusalText.FORBIDDEN;
  if (fault.networkError && !fault.response)
    return '网络连接不稳定，请检查网络后重试。您填写的内容不会丢失。';
  return '系统暂时无法处理，请稍后重试。您填写的内容不会丢失。';
}
