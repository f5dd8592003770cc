import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { inspect } from '../inspect.ts';

export const SECOND_FACTOR_REQUIRED_TEXT = '请先启用两步验证，再进行其他操作。';

/** What is open to staff who have no second factor yet where one is asked of them. */
const open: ReadonlySet<string> = new Set([
  '__typename',
  'viewer',
  'platform',
  'signIn',
  'signOut',
  'startSecondFactor',
  'confirmSecondFactor',
]);

/** Refuses everything but the way to a second factor to those who have to set one up. */
export function useEnrolment(): Plugin<Context> {
  const refuseOthers = ({ args, setResultAndStopExecution }: Execution): undefined => {
    const { actor } = args.contextValue as Context;
    if (actor.kind !== 'USER' || !actor.mustEnrol) return;
    const asked = inspect(args.document).rootFields;
    if ([...asked].some((field) => !open.has(field))) setResultAndStopExecution({ errors: [enrolFirst()] });
  };
  return { onExecute: refuseOthers, onSubscribe: refuseOthers };
}

type Execution = Pick<
  Parameters<NonNullable<Plugin<Context>['onExecute']>>[0],
  'args' | 'setResultAndStopExecution'
>;

const enrolFirst = () =>
  new GraphQLError(SECOND_FACTOR_REQUIRED_TEXT, {
    extensions: { code: 'SECOND_FACTOR_REQUIRED', http: { status: 403 } },
  });
