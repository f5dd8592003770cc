import { useIntervalFn } from '@vueuse/core';
import { computed, ref } from 'vue';
import type { VariablesOf } from '../../gql/graphql.ts';
import { normaliseMobile } from '../../shared/identifiers.ts';
import { useCommand } from '../../shared/use-command.ts';
import { RequestSmsCodeDocument } from './account.gql.ts';
import type { UseHumanCheckReturn } from './use-human-check.ts';

type SmsPurpose = VariablesOf<typeof RequestSmsCodeDocument>['input']['purpose'];

/** Sends an SMS code after the human check, and counts down until the next one may be asked for. */
export function useSmsCode(purpose: SmsPurpose, check: UseHumanCheckReturn) {
  const { run, running, refusal, fault } = useCommand(RequestSmsCodeDocument, (data) => data.requestSmsCode);
  const resendAt = ref(0);
  const now = ref(Date.now());
  const sentTo = ref('');
  const checkMissed = ref(false);

  const clock = useIntervalFn(
    () => {
      now.value = Date.now();
      if (now.value >= resendAt.value) clock.pause();
    },
    500,
    { immediate: false },
  );

  /** Whole seconds until another code may be asked for; 0 when it may. */
  const waitSeconds = computed(() => Math.max(0, Math.ceil((resendAt.value - now.value) / 1000)));

  /** Asks for a code. Marks `checkMissed` instead if the human check has not been passed. */
  async function send(mobile: string): Promise<boolean> {
    if (running.value || waitSeconds.value > 0) return false;
    checkMissed.value = check.state.value === 'idle';
    const captcha = await check.take();
    if (!captcha) return false;
    const sent = await run({ input: { mobile: normaliseMobile(mobile), purpose, captcha } });
    if (sent) {
      sentTo.value = sent.mobile;
      waitFor(sent.resendAfterSeconds);
    } else if (refusal.value?.code === 'CAPTCHA_FAILED') {
      check.reset();
    } else if (refusal.value?.__typename === 'RateLimited') {
      waitFor(refusal.value.retryAfterSeconds);
    }
    return sent !== null;
  }

  function waitFor(seconds: number): void {
    now.value = Date.now();
    resendAt.value = now.value + seconds * 1000;
    clock.resume();
  }

  return { send, running, refusal, fault, waitSeconds, sentTo, checkMissed };
}
