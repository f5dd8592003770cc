import { mount } from '@vue/test-utils';
import { expect, test, vi } from 'vitest';
import Countdown from '../src/shared/Countdown.vue';
import { serverNow, settingTheClock } from '../src/shared/server-clock.ts';

const at = (text: string) => Date.parse(`2026-12-01T${text}+08:00`);
const deadline = '2026-12-01T09:00:00.000+08:00';

/** An answer that the server writes at `date`, to a browser whose clock shows `shown` before and after. */
async function answered(date: number, shown: number): Promise<void> {
  vi.setSystemTime(shown);
  const headers = { date: new Date(date).toUTCString() };
  await settingTheClock(async () => new Response('', { headers }))('http://api.test/graphql');
}

test('the time left is told by the clock of the server, and then when the deadline was', async () => {
  vi.useFakeTimers();
  try {
    // A clock that is right within what the answer can tell is left alone.
    await answered(at('07:59:59'), at('07:59:59.700'));
    expect(serverNow()).toBe(at('07:59:59.700'));

    // The browser is two hours late.
    await answered(at('08:30:00'), at('06:30:00'));
    const countdown = mount(Countdown, { props: { deadline } });
    expect(countdown.text()).toBe('剩余 30 分 00 秒');
    await vi.advanceTimersByTimeAsync(30 * 60_000 - 1000);
    expect(countdown.text()).toBe('剩余 0 分 01 秒');
    await vi.advanceTimersByTimeAsync(1000);
    expect(countdown.text()).toBe('已于 2026-12-01 09:00 截止');
    expect(countdown.emitted('passed')).toHaveLength(1);
    expect(mount(Countdown, { props: { deadline, passedText: '已超过时限' } }).text()).toBe('已超过时限');

    // Somebody puts it right.
    await answered(at('09:10:00'), at('09:10:00'));
    expect(Math.abs(serverNow() - at('09:10:00'))).toBeLessThan(1000);
  } finally {
    vi.useRealTimers();
  }
});
