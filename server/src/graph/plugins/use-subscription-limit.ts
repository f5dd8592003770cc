import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { actorId } from '../../access/actor.ts';
import { limits } from '../../limits.ts';
import type { Context } from '../context.ts';

/** Lets nobody hold more streams open than pages they could look at. */
export function useSubscriptionLimit(): Plugin<Context> {
  const open = new Map<string, number>();
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const context = args.contextValue as Context;
      const who = actorId(context.actor) ?? context.facts.address;
      const held = open.get(who) ?? 0;
      if (held >= limits.subscriptionsPerActorMax) {
        setResultAndStopExecution({ errors: [tooMany()] });
        return undefined;
      }
      open.set(who, held + 1);
      let ended = false;
      const release = () => {
        if (ended) return;
        ended = true;
        const left = (open.get(who) ?? 1) - 1;
        if (left > 0) open.set(who, left);
        else open.delete(who);
      };
      // A reader who goes away tells nothing but its signal; a stream that ends by itself tells the hook.
      context.signal.addEventListener('abort', release, { once: true });
      return { onSubscribeResult: () => ({ onEnd: release }), onSubscribeError: release };
    },
  };
}

const tooMany = () =>
  new GraphQLError('打开的页面过多，请关闭一些后再试。', {
    extensions: { code: 'RATE_LIMITED', http: { status: 429 } },
  });
